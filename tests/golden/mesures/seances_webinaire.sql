SELECT r.debut AS debut, r.debut AS fin,
       CAST(count(*) AS DOUBLE) AS num,
       CAST(NULL AS DOUBLE) AS den,
       CAST(count(*) AS DOUBLE) AS n
FROM webinaire r
JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
WHERE r.debut IS NOT NULL
  AND (r.serie = ? OR starts_with(r.serie, ?) OR r.serie = ? OR starts_with(r.serie, ?) OR starts_with(r.serie, ?))
GROUP BY 1, 2
ORDER BY 2, 1
-- ['zoom', 'zoom|', 'teams', 'teams|', 'autre-']
