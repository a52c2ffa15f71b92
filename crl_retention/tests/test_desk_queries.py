from odoo.tests import tagged

from .test_desk import DeskCase

RESULT = {"verdict": "positive", "note": "Fine"}


@tagged("post_install", "-at_install")
class TestDeskQueries(DeskCase):
    """A desk of 80 contacts asks the database as often as one of 8."""

    def setUp(self):
        super().setUp()
        self.few = self.new_customers(8, self.rep)
        self.many = self.new_customers(80, self.other_rep)
        self.team.member_ids += self.other_rep
        calls = self.open_calls(self.few + self.many).sorted("id")
        self.of_few = calls.filtered(lambda call: call.partner_id in self.few)
        self.of_many = calls - self.of_few
        for number, user in enumerate((self.rep, self.other_rep)):
            self.env["crl.case"].create(
                [
                    {
                        "partner_id": partner.id,
                        "kind": "promise",
                        "deadline": "2026-03-09 15:00:00",
                        "description": "Ring back",
                    }
                    for partner in (self.few, self.many)[number]
                ]
            )
            # what a user's rights are is read once
            desk = self.desk(user)
            desk.get_worklist()
            desk.finish((self.of_few, self.of_many)[number][0].id, RESULT, {}, "key")

    def new_customers(self, count, rep):
        first = self._new_customer(f"Trattoria {count}", user_id=rep.id)
        return first + self.env["res.partner"].create(
            [
                first.copy_data(
                    {
                        "name": f"Trattoria {count} {number}",
                        "email": f"r{count}.{number}@example.com",
                        "phone": f"+33 1 {count:04}{number:04}",
                    }
                )[0]
                for number in range(1, count)
            ]
        )

    def count(self, work, *args):
        """Queries of ``work``, on empty caches."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def compare(self, verb, *args, of_contact=False):
        """Queries of a verb on the short and on the long desk, once all that users and
        screens have in common is read."""
        desks = ((self.rep, self.of_few), (self.other_rep, self.of_many))
        for place in (2, 3):
            counts = [
                self.count(
                    getattr(self.desk(user), verb),
                    *(calls[place].ids if of_contact else ()),
                    *args,
                )
                for user, calls in desks
            ]
        self.assertEqual(*counts)
        return counts[0]

    def test_worklist(self):
        view = {"limit": 200}
        self.assertLessEqual(self.compare("get_worklist", view), 20)
        view.update(callable_now=True, search="trat")
        self.assertLessEqual(self.compare("get_worklist", view), 28)

    def test_team(self):
        work = self.desk(self.leader).get_team
        self.count(work)
        self.assertLessEqual(self.count(work), 13)

    def test_contact(self):
        self.assertLessEqual(self.compare("open_contact", of_contact=True), 50)

    def test_result(self):
        number = self.compare("finish", RESULT, {}, "key", of_contact=True)
        self.assertLessEqual(number, 100)
