"""What the engine needs of one app, and the app's templates."""
