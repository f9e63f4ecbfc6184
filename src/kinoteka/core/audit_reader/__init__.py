"""The audit log as operators read it. Features write its entries through `audit.record`."""
