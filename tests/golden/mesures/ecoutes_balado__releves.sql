SELECT r.fin AS jour, r.lot, r.episode, r.publie_le, CAST(r.lectures AS DOUBLE) AS valeur
FROM balado r
JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
WHERE r.serie = ?
  AND r.episode IS NOT NULL
  AND (contains(strip_accents(lower(replace(r.episode, '’', ''''))), ?))
ORDER BY 1, 3, 4
-- ['apple|episodes', 'region']
