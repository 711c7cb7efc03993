"""What one line is on its page, told from its words and its links alone."""

from __future__ import annotations

from rag.ingest import bylines, roles
from rag.ingest.features import Feature
from rag.ingest.furniture import is_label_line, is_machinery
from rag.ingest.roles import Reason


def line_role(row: Feature) -> Reason | None:
    """The role of a line that can be told wherever it stands."""
    key = row.key
    for reason, test in (
        (Reason.RELATED, roles.is_related_head),
        (Reason.RELATED, roles.is_related_link),
        (Reason.COMMENT, roles.is_comment_head),
        (Reason.CREDIT, bylines.is_strong_credit),
        (Reason.CREDIT, bylines.is_named),
        (Reason.BREADCRUMB, roles.is_breadcrumb),
        (Reason.SHARE, roles.is_share),
        (Reason.NAVIGATION, is_machinery),
        (Reason.ADVERT, roles.is_ad_label),
    ):
        if test(key):
            return reason
    if row.size <= 80 and roles.is_disclaimer_head(key):
        return Reason.COPYRIGHT
    return None


def role_outside(row: Feature) -> Reason | None:
    """The role of a line that is known not to be part of the story."""
    return line_role(row) or edge_role(row)


def edge_role(row: Feature) -> Reason | None:
    """The role of a line at the beginning or end of the story."""
    key = row.key
    if (
        bylines.is_byline(key)
        or bylines.is_credit(key)
        or (bylines.is_dateline(key) and row.size <= 60 and not row.ends)
    ):
        return Reason.CREDIT
    if roles.is_navigation(key) or is_label_line(key):
        return Reason.NAVIGATION
    if roles.is_disclaimer_head(key) or (roles.has_copyright(key) and row.size <= 200):
        return Reason.COPYRIGHT
    if roles.is_advert(key) or (row.line.links and "blockquote" in row.line.tags and key.endswith("!")):
        return Reason.ADVERT
    if roles.is_comment_tools(key):
        return Reason.COMMENT
    return None
