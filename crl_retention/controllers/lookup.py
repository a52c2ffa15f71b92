from urllib.parse import quote

from odoo import http
from odoo.http import request


class Lookup(http.Controller):
    """The address a telephone system opens when somebody calls."""

    @http.route("/crl/lookup", type="http", auth="user", methods=["GET"], readonly=True)
    def lookup(self, phone="", **_ignored):
        """Open the reception: with the customer whose number it is, else with the
        number in its field. Nothing is written."""
        rows = request.env["crl.reception"].find(phone)
        rows = [row for row in rows if row["found_by"] == "phone"]
        hits = [row for row in rows if row["is_exact"]] or rows
        if len(hits) == 1:
            target = f"/odoo/retention-reception/{hits[0]['partner_id']}"
        else:
            # a bare number would lose its zero on the way
            number = quote(f"tel:{phone.strip()[:60]}")
            target = f"/odoo/retention-reception?phone={number}"
        return request.redirect(target)
