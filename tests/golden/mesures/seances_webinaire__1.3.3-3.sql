SELECT r.debut AS debut, r.debut AS fin,
       CAST(count(*) AS DOUBLE) AS num,
       CAST(NULL AS DOUBLE) AS den,
       CAST(count(*) AS DOUBLE) AS n
FROM webinaire r
JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
WHERE r.debut IS NOT NULL
  AND (r.serie = ? OR starts_with(r.serie, ?))
  AND NOT coalesce(contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?), false)
  AND NOT coalesce(contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?), false)
  AND NOT coalesce(contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?) OR contains(strip_accents(lower(replace(r.titre, '’', ''''))), ?), false)
GROUP BY 1, 2
ORDER BY 2, 1
-- ['zoom', 'zoom|', 'organisationnel', 'administrateur', 'administratrice', "conseil d'administration", 'gouvernance', 'comptabilite', 'comptable', 'communication', 'ressources humaines', 'recrutement', 'mobilisation des partenaires', 'ad lib', 'ad-lib', 'adlib', 'rencontre des directions', 'rencontres des directions', 'chantier', 'reunion', 'rencontre du comite', 'comite national', 'comite de travail', 'comite du cadre', 'comite cadre', 'assemblee generale', 'coaching', 'formation des formateurs', 'formation des formatrices']
