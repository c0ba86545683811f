"""Published calculators, reproduced for users who must match them. They are not our estimates."""
