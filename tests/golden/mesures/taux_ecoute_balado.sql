SELECT r.publie_le AS debut, r.publie_le AS fin,
       CAST(sum(r.ecoutes) AS DOUBLE) AS num,
       CAST(sum(r.lectures) AS DOUBLE) AS den,
       CAST(count(*) AS DOUBLE) AS n
FROM balado r
JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
WHERE r.publie_le IS NOT NULL
  AND (r.serie = ? OR starts_with(r.serie, ?))
  AND (r.lot, r.serie, r.episode, r.publie_le) IN (SELECT lot, serie, episode, publie_le FROM dernier)
  AND r.episode IS NOT NULL
GROUP BY 1, 2
ORDER BY 2, 1
-- ['spotify|episodes', 'spotify|episodes|']
