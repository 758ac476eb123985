SELECT r.debut AS debut, r.debut AS fin,
       CAST(sum(r.clics) AS DOUBLE) AS num,
       CAST(sum(r.livres) AS DOUBLE) AS den,
       CAST(count(*) AS DOUBLE) AS n
FROM infolettre r
JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
WHERE r.debut IS NOT NULL
  AND (r.serie = ? OR starts_with(r.serie, ?) OR starts_with(r.serie, ?))
  AND r.livres >= ?
  AND r.clics IS NOT NULL
GROUP BY 1, 2
ORDER BY 2, 1
-- ['mailchimp', 'mailchimp|', 'autre-', 50]
