SELECT r.debut AS debut, r.fin AS fin,
       CAST(sum(r.vues) AS DOUBLE) AS num,
       CAST(NULL AS DOUBLE) AS den,
       CAST(count(*) AS DOUBLE) AS n
FROM social r
JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
WHERE r.fin IS NOT NULL
  AND (r.serie = ? OR starts_with(r.serie, ?) OR starts_with(r.serie, ?))
  AND r.vues IS NOT NULL
GROUP BY 1, 2
ORDER BY 2, 1
-- ['meta', 'meta|', 'autre-']
