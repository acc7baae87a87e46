"""What those who write the course use: weaving, rippling, the gates, pictures, the site."""
