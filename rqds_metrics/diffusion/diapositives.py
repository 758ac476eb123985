"""Slides in French over python-pptx: a title, a native chart or table, notes; everything can be edited in PowerPoint."""

from __future__ import annotations

import copy
import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

ENCRE, GRIS, TRAIT, ACCENT, PALE = "16212B", "5B6472", "D9DEE4", "0B5563", "C5CAD2"
LARGE, HAUT, MARGE = 13.333, 7.5, 0.6  # inches
_DISPOSITIONS = {"Title Slide": "Page titre", "Title and Content": "Titre et texte", "Title Only": "Titre seul"}
_INVITES = {
    "title": "Modifier le titre", "ctrTitle": "Modifier le titre", "subTitle": "Modifier le sous-titre",
    "body": "Modifier le texte", None: "Modifier le texte",
}  # fmt: skip


class Texte(NamedTuple):
    """A piece of text as it stands in a cell or a paragraph."""

    texte: str
    gras: bool = False
    couleur: str = ENCRE
    droite: bool = False


class Serie(NamedTuple):
    """A series of a chart. `couleurs`: one a point, or one for all."""

    nom: str
    valeurs: Sequence[float | None]
    couleurs: Sequence[str]
    encre: str = "FFFFFF"  # of the figures written on it


class Diapositives:
    """A presentation being made. Positions are in inches on a 13.333 × 7.5 slide."""

    def __init__(self, titre: str, auteur: str, pied: str, bandeau: str = "") -> None:
        """`pied`: the footer of each slide; `bandeau`: what each slide must bear (« Données fictives »)."""
        self._deck: Any = Presentation()
        props = self._deck.core_properties
        props.title, props.author, props.language, props.last_modified_by = titre, auteur, "fr-CA", auteur
        self._pied = pied
        self._layouts = self._dress(bandeau)

    def _dress(self, bandeau: str) -> dict[str, Any]:
        """The default model made wide, plain and French; layouts that are not used go."""
        deck = self._deck
        ratio = Inches(LARGE) / deck.slide_width
        deck.slide_width = Inches(LARGE)
        for layout in list(deck.slide_layouts):
            if layout.name not in _DISPOSITIONS:
                deck.slide_layouts.remove(layout)
        kept = {layout.name: layout for layout in deck.slide_layouts}
        for holder in (deck.slide_master, *kept.values()):
            for shape in holder.placeholders:
                if shape._element.spPr.find(qn("a:xfrm")) is not None:
                    shape.left, shape.width = Emu(int(shape.left * ratio)), Emu(int(shape.width * ratio))
                _invite(shape)
        for name, layout in kept.items():
            layout._element.cSld.set("name", _DISPOSITIONS[name])
            if bandeau:
                layout.shapes._spTree.append(_banner(bandeau))
        _title_style(deck.slide_master)
        for shape in deck.slide_master.placeholders:
            if shape.placeholder_format.type == 1:  # the title
                _place(shape, MARGE, 0.35, LARGE - 2 * MARGE - (2 if bandeau else 0), 0.95)
        return kept

    def _slide(self, layout: str, titre: str, notes: str) -> Any:
        slide = self._deck.slides.add_slide(self._layouts[layout])
        slide.shapes.title.text_frame.text = titre
        if layout != "Title Slide":
            _place(slide.shapes.title, MARGE, 0.35, LARGE - 2 * MARGE - 2, 0.95)
        for shape in self._layouts[layout].placeholders:
            kind = shape._element.nvSpPr.nvPr.find(qn("p:ph")).get("type")
            if kind in ("ftr", "sldNum"):
                element = copy.deepcopy(shape._element)
                slide.shapes._spTree.append(element)
        for shape in slide.placeholders:
            kind = shape._element.nvSpPr.nvPr.find(qn("p:ph")).get("type")
            if kind == "ftr":
                _place(shape, MARGE, 6.98, 9.5, 0.3)
                _write(shape.text_frame, [[Texte(self._pied, couleur=GRIS)]], 11)
                shape.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
            elif kind == "sldNum":
                _place(shape, LARGE - MARGE - 1.5, 6.98, 1.5, 0.3)
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
        return slide

    def cover(self, titre: str, sous: str, lignes: Sequence[str], notes: str = "") -> None:
        slide = self._slide("Title Slide", titre, notes)
        _place(slide.shapes.title, 1, 1.7, LARGE - 2, 1.4)
        slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size = Pt(44)
        slide.shapes.title.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM
        below = slide.placeholders[1]
        _place(below, 1, 3.25, LARGE - 2, 2.6)
        _write(below.text_frame, [[Texte(sous, couleur=GRIS)], [Texte("")], *[[Texte(x)] for x in lignes]], 20)
        for p in below.text_frame.paragraphs:
            p.alignment = PP_ALIGN.LEFT

    def text(self, titre: str, paragraphes: Sequence[Sequence[Texte]], taille: int = 20, notes: str = "") -> None:
        """A slide of a few paragraphs, in the placeholder that PowerPoint's outline reads."""
        slide = self._slide("Title and Content", titre, notes)
        body = slide.placeholders[1]
        _place(body, MARGE, 1.55, LARGE - 2 * MARGE, 5.2)
        _write(body.text_frame, paragraphes, taille, apres=12)
        for p in body.text_frame.paragraphs:
            _plain_bullet(p)

    def table(
        self, titre: str, colonnes: Sequence[tuple[str, float]], lignes: Sequence[Sequence[Texte]], notes: str = "",
        taille: int = 14,
    ) -> None:  # fmt: skip
        """A slide with a native table; `colonnes`: (title, width in inches)."""
        slide = self._slide("Title Only", titre, notes)
        wide = sum(w for _, w in colonnes)
        height = 0.42 * (len(lignes) + 1)
        frame = slide.shapes.add_table(
            len(lignes) + 1, len(colonnes), Inches(MARGE), Inches(1.55), Inches(wide), Inches(height)
        )
        _describe(frame, titre)
        grid = frame.table
        grid.horz_banding = False
        right = [bool(lignes) and lignes[0][k].droite for k in range(len(colonnes))]
        heads = [Texte(name, True, GRIS, right[k]) for k, (name, _) in enumerate(colonnes)]
        for k, (_, width) in enumerate(colonnes):
            grid.columns[k].width = Inches(width)
        for rank, row in enumerate([heads, *lignes]):
            for k, said in enumerate(row):
                _cell(grid.cell(rank, k), said, taille if rank else taille - 2)

    def chart(
        self, titre: str, categories: Sequence[str], series: Sequence[Serie], *, empile: bool, format: str,
        dit: str, a_gauche: Sequence[Sequence[Texte]] = (), notes: str = "", legende: bool = True,
    ) -> None:  # fmt: skip
        """A slide with native horizontal bars, and a few words at their left. `dit`: the chart in words (alt text)."""
        slide = self._slide("Title Only", titre, notes)
        left = MARGE
        if a_gauche:
            box = slide.shapes.add_textbox(Inches(MARGE), Inches(1.65), Inches(3.3), Inches(5))
            box.text_frame.word_wrap = True
            _write(box.text_frame, a_gauche, 16, apres=6)
            left = 4.1
        data = CategoryChartData(number_format=format)
        data.categories = list(categories)
        for s in series:
            data.add_series(s.nom, list(s.valeurs))
        kind = XL_CHART_TYPE.BAR_STACKED if empile else XL_CHART_TYPE.BAR_CLUSTERED
        frame = slide.shapes.add_chart(
            kind, Inches(left), Inches(1.5), Inches(LARGE - MARGE - left), Inches(5.35), data
        )
        _describe(frame, dit)
        _bars(frame.chart, series, empile, format, legende)

    def save(self) -> bytes:
        for slide in self._deck.slides:
            _in_french(slide._element)
            if slide.has_notes_slide:
                _in_french(slide.notes_slide._element)
        out = io.BytesIO()
        self._deck.save(out)
        return out.getvalue()


def _rgb(color: str) -> RGBColor:
    return RGBColor.from_string(color.removeprefix("#"))


def _place(shape: Any, left: float, top: float, width: float, height: float) -> None:
    shape.left, shape.top, shape.width, shape.height = Inches(left), Inches(top), Inches(width), Inches(height)


def _describe(frame: Any, words: str) -> None:
    """The words that stand for a chart or a table, for who does not see it."""
    frame._element.nvGraphicFramePr.cNvPr.set("descr", words)


def _write(frame: Any, paragraphs: Sequence[Sequence[Texte]], size: int, apres: int = 0) -> None:
    frame.clear()
    for rank, parts in enumerate(paragraphs):
        p = frame.paragraphs[0] if rank == 0 else frame.add_paragraph()
        if apres:
            p.space_after = Pt(apres)
        for part in parts:
            run = p.add_run()
            run.text = part.texte
            run.font.size, run.font.bold, run.font.color.rgb = Pt(size), part.gras, _rgb(part.couleur)


def _cell(cell: Any, said: Texte, size: int) -> None:
    cell.margin_left = cell.margin_right = Inches(0.08)
    cell.margin_top = cell.margin_bottom = Inches(0.035)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    _write(cell.text_frame, [[said]], size)
    cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT if said.droite else PP_ALIGN.LEFT
    cell.fill.background()
    props = cell._tc.get_or_add_tcPr()
    for place, name in enumerate(("lnL", "lnR", "lnT", "lnB")):  # the schema wants them in this order
        upright = name in ("lnL", "lnR")
        fill = "<a:noFill/>" if upright else f'<a:solidFill><a:srgbClr val="{TRAIT}"/></a:solidFill>'
        line = parse_xml(
            f'<a:{name} xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" w="9525">{fill}</a:{name}>'
        )
        props.insert(place, line)


def _bars(chart: Any, series: Sequence[Serie], empile: bool, format: str, legende: bool) -> None:
    chart.font.size, chart.font.color.rgb = Pt(13), _rgb(ENCRE)
    chart.has_title = False
    chart.has_legend = legende
    if legende:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        chart.legend.font.size = Pt(13)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = (55, 100) if empile else (45, -5)
    axis, values = chart.category_axis, chart.value_axis
    axis.reverse_order = True  # the first one on top
    axis.tick_labels.font.size = Pt(13)
    axis.format.line.color.rgb = _rgb(TRAIT)
    axis.major_tick_mark = XL_TICK_MARK.NONE
    values.has_major_gridlines = False
    values.minimum_scale = 0
    values.tick_label_position = XL_TICK_LABEL_POSITION.NONE
    values.format.line.fill.background()
    values.major_tick_mark = XL_TICK_MARK.NONE
    for drawn, wanted in zip(plot.series, series, strict=True):
        drawn.format.fill.solid()
        several = len(wanted.couleurs) > 1  # the legend then has a colour that is none of theirs
        drawn.format.fill.fore_color.rgb = _rgb(ENCRE if several else wanted.couleurs[0])
        drawn.invert_if_negative = False
        if several:
            for rank, color in enumerate(wanted.couleurs):
                point = drawn.points[rank].format.fill
                point.solid()
                point.fore_color.rgb = _rgb(color)
        labels = drawn.data_labels
        labels.show_value, labels.number_format, labels.number_format_is_linked = True, format, False
        labels.font.size, labels.font.bold = Pt(12), True
        labels.font.color.rgb = _rgb(wanted.encre if empile else ENCRE)


def _plain_bullet(p: Any) -> None:
    """No bullet: each paragraph begins with its own bold words."""
    props = p._p.get_or_add_pPr()
    props.set("marL", "0")
    props.set("indent", "0")
    props.insert(len(props), parse_xml('<a:buNone xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"/>'))


def _invite(shape: Any) -> None:
    """What an empty placeholder says, in French, on the master and its layouts."""
    kind = shape._element.nvSpPr.nvPr.find(qn("p:ph")).get("type")
    if kind == "dt":
        shape.text_frame.clear()  # a date of 2013, written the American way
    if kind in _INVITES and shape.has_text_frame:
        for rank, p in enumerate(shape.text_frame.paragraphs):
            for run in p.runs[1:]:
                p._p.remove(run._r)
            if p.runs:
                p.runs[0].text = _INVITES[kind] if rank == 0 else f"Niveau {rank + 1}"
    names = {"Title": "Titre", "Subtitle": "Sous-titre", "Text": "Texte", "Content": "Contenu", "Date": "Date",
             "Footer": "Pied de page", "Slide Number": "Numéro"}  # fmt: skip
    found = next((k for k in sorted(names, key=len, reverse=True) if shape.name.startswith(k)), None)
    if found:
        shape.name = f"{names[found]} {shape.name.rsplit(' ', 1)[-1]}"


def _title_style(master: Any) -> None:
    """Titles of the whole deck: left, bold, of the plan's colour."""
    style = master._element.find(qn("p:txStyles")).find(qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    style.set("algn", "l")
    props = style.find(qn("a:defRPr"))
    props.set("sz", "2600")
    props.set("b", "1")
    fill = props.find(qn("a:solidFill"))
    fill.clear()
    fill.append(
        parse_xml(f'<a:srgbClr xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" val="{ACCENT}"/>')
    )


def _banner(words: str) -> Any:
    """A framed text at the top right of a layout: on every slide made of it, and not moved by mistake."""
    scratch: Any = Presentation()
    slide = scratch.slides.add_slide(scratch.slide_layouts[6])
    box = slide.shapes.add_textbox(Inches(LARGE - MARGE - 1.85), Inches(0.3), Inches(1.85), Inches(0.34))
    box.name = words
    box.line.color.rgb, box.line.width = _rgb(ENCRE), Pt(1)
    _write(box.text_frame, [[Texte(words.upper(), True)]], 11)
    box.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER
    _in_french(box._element)
    return box._element


def _in_french(element: Any) -> None:
    """Every text is of the French of Canada: the spelling checker reads it so."""
    for run in element.iter(qn("a:r")):
        run.get_or_add_rPr()
    for tag in ("a:rPr", "a:endParaRPr", "a:defRPr"):
        for found in element.iter(qn(tag)):
            found.set("lang", "fr-CA")


def notes_of(lines: Mapping[str, str]) -> str:
    """What to say, a line an indicator."""
    return "\n".join(f"{name} : {text}" for name, text in lines.items())
