"""Pictures and PDF: what words a reader sees there, and where.

Each module has one door: `images` for picture files, `pdf` for PDF, `ocr` for the engines that read words off a picture,
`codes` for QR and bar codes; `layout` puts lines in the order in which they are read. Their extractors are plain functions
of a piece and the limits; they are dear and may crash, so the table runs them apart. Pillow, pypdfium2, rapidocr,
tesserocr and zxing-cpp stay behind this door, and are loaded where they are needed.
"""
