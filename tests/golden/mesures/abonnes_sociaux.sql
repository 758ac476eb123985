WITH connu AS (
SELECT r.serie AS cle, r.fin AS fin,
       CAST(sum(r.abonnes) AS DOUBLE) AS niveau
FROM social r
JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
WHERE r.fin IS NOT NULL
  AND (starts_with(r.serie, ?))
  AND r.abonnes IS NOT NULL
GROUP BY 1, 2
)
SELECT j.fin AS debut, j.fin AS fin, sum(c.niveau) AS num, CAST(NULL AS DOUBLE) AS den,
       CAST(count(*) AS DOUBLE) AS n
FROM (SELECT cle, fin FROM (SELECT DISTINCT cle FROM connu) CROSS JOIN (SELECT DISTINCT fin FROM connu)) j
ASOF JOIN connu c ON j.cle = c.cle AND j.fin >= c.fin
GROUP BY 1, 2
ORDER BY 2, 1
-- ['autre-']
