"""Who goes where, and what came of it? Patrols planned from a question, followed, and judged."""
