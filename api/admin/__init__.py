"""The API of administrators (`/admin/api/v1`): everything that can be set, and who set it."""
