"""From a view's assigns to a diff: the rendering of one view, and the sharing of one broadcast."""
