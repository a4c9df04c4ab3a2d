"""The build hook: a real wheel carries rules/ as fangpin/_rules; an editable install reads the checkout."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the rule documents to a wheel that leaves the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Include rules/ unless the wheel is the one behind an editable install."""
        if version == "standard":
            build_data["force_include"]["rules"] = "fangpin/_rules"
