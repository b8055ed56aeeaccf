"""Who is let in, and to what? The log-in in front of the page, where others than its owner can reach it.

On the owner's own computer there is no door: every request goes straight to the page. A server's
:class:`~dashboard.door.door.Door` finds out who asks, and hands the request to the page of their group, which
holds nothing that the group may not see; everybody else gets the pages of the :mod:`~dashboard.door.desk`.
"""
