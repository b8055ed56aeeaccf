"""How is the page served to many at once, and how does it live on while data, load and processes change?

One process talks to browsers and never works an answer out (:mod:`~dashboard.serving.handing`); processes of
their own do that (:mod:`~dashboard.serving.workers`), one bounded pool for the questions of the page and one
for long pieces of work (:mod:`~dashboard.serving.jobs`). All of them are of one version of the data, an
:class:`~dashboard.serving.editions.Edition`; another takes its place between two requests.
"""
