"""The public pages: made of a published snapshot and nothing else, for the static site and for the public process."""

from rqds_metrics.diffusion.site.complet import write_site
from rqds_metrics.diffusion.site.ecriture import DossierRefuse
from rqds_metrics.diffusion.site.statique import render_site, site_files

__all__ = ["DossierRefuse", "render_site", "site_files", "write_site"]
