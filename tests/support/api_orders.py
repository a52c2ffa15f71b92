"""Records about orders, to call verbs on."""


class Orders:
    """Makers for the models of the orders addon."""

    def make_crl_base_target(self, role):
        return self.make_wizard(role, "crl.base.target", points=5)

    # what orders tell is the engine's to write

    def make_crl_buyer(self, role):
        return self.insert(role, "crl_buyer", date_first="NOW()", date_last="NOW()")

    def make_crl_customer_stay(self, role):
        return self.insert(
            role, "crl_customer_stay", date_from="NOW()", date_to="NOW()", kind="'new'"
        )

    def make_crl_run_out(self, role):
        product = "(SELECT MIN(id) FROM product_product)"
        return self.insert(
            role, "crl_run_out", date_last="NOW()", basis="'product'",
            product_id=product,
        )  # fmt: skip

    def insert(self, role, table, **values):
        """A row of a customer, its values as SQL."""
        return self.server.database.one(
            f"""INSERT INTO {table} (partner_id, company_id, {", ".join(values)})
                VALUES (%s, %s, {", ".join(values.values())}) RETURNING id""",
            self.make_res_partner(role),
            self.found["company"],
        )
