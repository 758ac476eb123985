"""Workbooks made byte by byte for tests: xlsx, xls, ods, and what only looks like one."""

import io
import zipfile
from datetime import datetime

import openpyxl
import xlwt


def xlsx(*rows, title="Feuille", hidden=(), **sheets):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def sheet_with(data):
    """A workbook whose only sheet has this XML for rows."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(["a"]))) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                content = head + data + b"</sheetData></worksheet>"
            target.writestr(name, content)
    return out.getvalue()


def xls(rows, **styles):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Ancien")
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            style = (
                xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm")
                if isinstance(value, datetime)
                else xlwt.Style.default_style
            )
            sheet.write(i, j, value, style)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(rows):
    """A minimal OpenDocument sheet, as LibreOffice writes it."""
    ns = "urn:oasis:names:tc:opendocument:xmlns"
    body = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    content = (
        f'<office:document-content xmlns:office="{ns}:office:1.0" xmlns:table="{ns}:table:1.0" xmlns:text="{ns}:text:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.3">'
        f'<office:body><office:spreadsheet><table:table table:name="Feuille">{body}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="content.xml"/></manifest:manifest>'
    )
    parts = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}
    return zipped(**parts, **{"META-INF__manifest.xml": manifest})


def text(value):
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def figure(value, more=""):
    return f'<table:table-cell office:value-type="float" office:value="{value}" {more}/>'


FAILED = '<table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'  # noqa: E501
DATED = '<table:table-cell office:value-type="date" office:date-value="2026-10-05"><text:p>05/10/2026</text:p></table:table-cell>'
