"""The tools of the course's authors: weaving, rippling, the gates, pictures, the site."""
