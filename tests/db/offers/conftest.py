from tests.db.campaigns.conftest import draft, each_once, now, planner_of, sent

__all__ = ["draft", "each_once", "now", "planner_of", "sent"]
