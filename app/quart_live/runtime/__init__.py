"""The record of one app for the engine, and the app's templates."""
