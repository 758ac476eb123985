SELECT r.debut AS debut, r.fin AS fin,
       CAST(sum(r.nombre) FILTER (WHERE r.satisfait) AS DOUBLE) AS num,
       CAST(sum(r.nombre) FILTER (WHERE r.satisfait IS NOT NULL) AS DOUBLE) AS den,
       CAST(sum(r.nombre) FILTER (WHERE r.satisfait IS NOT NULL) AS DOUBLE) AS n
FROM sondage r
JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
WHERE r.fin IS NOT NULL
  AND (r.serie = ? OR starts_with(r.serie, ?) OR r.serie = ? OR starts_with(r.serie, ?) OR r.serie = ? OR starts_with(r.serie, ?) OR r.serie = ? OR starts_with(r.serie, ?))
  AND (contains(strip_accents(lower(replace(r.question, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.question, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.question, '’', ''''))), ?))
GROUP BY 1, 2
ORDER BY 2, 1
-- ['ms_forms', 'ms_forms|', 'google_forms', 'google_forms|', 'surveymonkey', 'surveymonkey|', 'limesurvey', 'limesurvey|', 'contacts personnalises', 'contact personnalise', 'lien actif']
