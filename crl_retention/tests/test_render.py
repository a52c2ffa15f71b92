from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.ir_qweb import CompiledBodies
from .common import CrlCase


@tagged("post_install", "-at_install")
class TestRender(CrlCase):
    """Texts are compiled once for all their readers, and read as Odoo renders them."""

    def test_every_shipped_text_reads_as_stock(self):
        langs = ("en_US", "fr_FR", "it_IT", "de_DE")
        for lang in langs:
            self.env["res.lang"]._activate_lang(lang)
        names = [
            f"{name} {turn}"
            for turn in "12"
            for name in ("Bella & <Figlia>", "Due", "Sei", "Quattro")
        ]
        customers = self.env["res.partner"]
        for number, name in enumerate(names):
            customers += self._new_customer(
                name, lang=langs[number % 4], user_id=number % 3 and self.rep.id
            )
        self.enroll(customers)
        touchpoints = self.env["crl.touchpoint"].search(
            [("partner_id", "in", customers.ids), ("channel", "=", "message")]
        )
        templates = self.env["mail.template"].search(
            [("model", "=", "crl.touchpoint"), ("body_html", "!=", False)]
        )
        self.assertGreaterEqual(len(templates), 4)
        step = self.env.ref("crl_retention.step_m1_welcome")
        welcomes = touchpoints.filtered(lambda t: t.step_id == step)
        self.assertEqual(len(welcomes), len(customers))
        for number, touchpoint in enumerate(welcomes):
            touchpoint.access_token = f"token-{number}"
        for template in templates:
            template.with_context(lang="fr_FR").subject = "À {{ object.greeting }}"
            step.mail_template_id = template
            with patch.object(type(welcomes), "_get_step", lambda self: step):
                ours = welcomes._render(
                    "mail_template_id",
                    [("subject", "inline_template"), ("body_html", "qweb")],
                )
            for touchpoint in welcomes:
                own = template.with_context(lang=touchpoint.partner_id.lang)
                for field in ("subject", "body_html"):
                    with self.subTest(template=template.name, field=field):
                        stock = own._render_field(
                            field,
                            touchpoint.ids,
                            options={"post_process": field == "body_html"},
                        )
                        text = ours[touchpoint.id][field]
                        self.assertEqual(text, stock[touchpoint.id])
                        self.assertTrue(text)

    def test_text_an_editor_had_compiled_stays_refused_to_others(self):
        editors = self.env.ref("mail.group_mail_template_editor")
        self.env.ref("base.group_user")._remove_group(editors)
        body = "<p><t t-out=\"object.env['res.users'].search_count([])\"/></p>"
        compiled = CompiledBodies()
        self.enroll()
        touchpoint = self.env["crl.touchpoint"].search([], limit=1)

        def render(user):
            return (
                self.env["mail.render.mixin"]
                .with_user(user)
                .with_context(crl_compiled=compiled)
                ._render_template(body, "crl.touchpoint", touchpoint.ids, "qweb")
            )

        admin = self.env.ref("base.user_admin")
        self.assertIn("<p>", render(admin)[touchpoint.id])
        self.assertEqual(len(compiled), 1)
        render(admin)
        self.assertEqual(len(compiled), 1)
        with self.assertRaises(AccessError):
            render(self.rep)

    def test_who_writes_texts_can_put_links_into_them(self):
        self.enroll(self._new_customer("Bella"))
        template = self.env.ref("crl_retention.mail_template_preservation")
        links = ("feedback", "unsubscribe", "preferences")
        body = "".join(f'<a t-att-href="object.{name}_url">x</a>' for name in links)
        template.with_user(self.manager).body_html = body
        touchpoint = self.env["crl.touchpoint"].search([], limit=1)
        touchpoint.access_token = "hidden"
        tried = template.with_user(self.manager)._render_field(
            "body_html", touchpoint.ids
        )
        for name in links:
            # what they see while they write opens nothing: they are not the customer
            self.assertIn(f"/crl/{name}/example", tried[touchpoint.id])
            self.assertTrue(touchpoint[f"{name}_url"].endswith(f"/crl/{name}/hidden"))
        self.assertNotIn("hidden", tried[touchpoint.id])
