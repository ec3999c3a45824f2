"""The deployed application: definitions, jobs, schedules, sensors."""
