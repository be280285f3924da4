"""How the documentation is made: every line of Python in it is run, and every formula is set without a network."""

import os
import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent / "_ext"), str(Path(__file__).parent.parent)]

os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # a cell shows what it draws

project = "symlag"
author = "symlag contributors"
release = version = installed("symlag")
project_copyright = "symlag contributors, MIT licence"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "offline_math", "markdown_docstrings", "gallery"]
exclude_patterns = ["_build"]
nitpicky = False

html_theme = "furo"
html_title = "symlag"
html_static_path = ["_static"]
html_css_files = ["symlag.css"]
html_copy_source = False
html_show_sourcelink = False

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "text/html", 0)]  # MathML, which needs no script, before TeX, which needs one

autodoc_default_options = {"members": True, "show-inheritance": False}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = True  # fields in the list of their class, and not once more on their own
