"""The forms of the account pages. Each carries a token that only a page of ours can know."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

from quart import request, session
from wtforms import EmailField, Form, PasswordField, StringField
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.validators import (
    DataRequired,
    EqualTo,
    InputRequired,
    Length,
    Optional,
    Regexp,
    StopValidation,
    ValidationError,
)

from quart_live import csrf

from .accounts import LONGEST, SHORTEST, TooBusy, TooManyAttempts, normal_email, reason_against
from .errors import Invalid, Unavailable
from .text import folded, one_line

# The request is fine, but has to wait.
LATER = (TooManyAttempts, TooBusy)


class PageToken(CSRF):
    """The engine's CSRF token, as a field that WTForms renders and checks."""

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        return csrf.issue(session)

    def validate_csrf_token(self, form: Form, field: CSRFTokenField) -> None:
        if not csrf.matches(session, field.data):
            raise ValidationError("This page was open for too long. Please send it again.")


class PageForm(Form):
    """A form of an ordinary page: posted, validated, and shown again with what was typed.

    Attributes:
        status, headers: of the response that shows the form again.
    """

    status = 422
    headers: Mapping[str, str] = MappingProxyType({})

    class Meta:
        csrf = True
        csrf_class = PageToken
        csrf_field_name = "_csrf_token"

    @classmethod
    async def of_request(cls, **known: Any) -> Self:
        """Return the posted form, or for other requests a new one with these values."""
        return cls(await request.form if request.method == "POST" else None, data=known)

    def is_good(self) -> bool:
        """Return whether the form was posted and is valid."""
        return request.method == "POST" and bool(self.validate())

    def refuse(self, invalid: Invalid) -> None:
        """Show the reasons of a refusal beside the fields they are about."""
        for name, reasons in invalid.errors.items():
            if name in self:
                self[name].errors = [*self[name].errors, *reasons]
            else:
                self.form_errors += reasons
        if isinstance(invalid, Unavailable):
            self.status, self.headers = 503, {"Retry-After": str(invalid.seconds)}

    def refuse_for_now(self, later: TooManyAttempts | TooBusy) -> None:
        """Show after how many seconds to send the form again, in words and in a header."""
        self.form_errors.append(str(later))
        self.status = 429 if isinstance(later, TooManyAttempts) else 503
        self.headers = {"Retry-After": str(later.seconds)}

    @property
    def alerts(self) -> list[str]:
        """The errors of the form as a whole."""
        return [*self["_csrf_token"].errors, *self.form_errors]

    @property
    def goes_on_at(self) -> str:
        """The id of the field to focus: the first with an error, else the first empty required one."""
        fields = [field for field in self if field.name != "_csrf_token"]
        wrong = [field for field in fields if field.errors]
        # A password is never sent back, so its field is always empty.
        empty = [field for field in fields if isinstance(field, PasswordField) or not field.data]
        empty = [field for field in empty if field.flags.required]
        return next((field.id for field in wrong or (empty if self.alerts else ())), "")


LONGEST_NICKNAME = 40
LONGEST_EMAIL = 254


class Lengths(Length):
    """A length validator that stops the validation: text that is too long is not checked any further."""

    def __call__(self, form: Form, field: StringField) -> None:
        try:
            super().__call__(form, field)
        except ValidationError as refusal:
            raise StopValidation(str(refusal)) from None


def in_one_line(text: str | None) -> str | None:
    """Return the text in one line, or None."""
    return text and one_line(text)


def spelt(text: str | None) -> str | None:
    """Return the email in its normal form. One that is too long stays as it is, and is refused later."""
    return normal_email(text) if text and len(text) <= LONGEST_EMAIL else text


def tells_who(form: Form, field: StringField) -> None:
    """Validate a nickname.

    Raises:
        ValidationError: it hides something, or passes for another user or a former one.
    """
    if reason := reason_against(field.data):
        raise ValidationError(reason)


def no_name(form: Form, field: PasswordField) -> None:
    """Validate that the password is not the nickname or the email, which anybody would try first.

    Raises:
        ValidationError: it is one of them.
    """
    well_written = [other.data for other in (form.nickname, form.email) if other.data and not other.errors]
    names = {folded(name) for text in well_written for name in (text, text.partition("@")[0])}
    if folded(field.data) in names:
        raise ValidationError("Choose something that is not your name or your email.")


def at_most(number: int) -> Lengths:
    """Return a validator for a maximum length, with its message."""
    return Lengths(max=number, message=f"{number} characters at most.")


# No two parts of it match the same character, so a match never has to backtrack.
EMAIL = Regexp(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+\Z", message="Write an email like alice@example.com.")
LONG_ENOUGH = Lengths(
    SHORTEST, LONGEST, message=f"At least {SHORTEST} characters, and {LONGEST} at most. A few words are fine."
)

# Password managers read these.
NEW = {"autocomplete": "new-password"}
OLD = {"autocomplete": "current-password"}


def current_password() -> PasswordField:
    """Make the field for the current password. Each form makes its own, since fields keep their order."""
    return PasswordField(
        "Current password",
        validators=[InputRequired("Write your current password, so that we know it is you.")],
        render_kw=OLD,
    )


class RegisterForm(PageForm):
    """The registration form."""

    nickname = StringField(
        "Nickname",
        filters=[in_one_line],
        validators=[DataRequired("Choose a nickname."), at_most(LONGEST_NICKNAME), tells_who],
        render_kw={"autocomplete": "nickname", "dir": "auto"},
    )
    email = EmailField(
        "Email",
        filters=[spelt],
        validators=[DataRequired("Write your email."), at_most(LONGEST_EMAIL), EMAIL],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        "Password",
        validators=[InputRequired("Choose a password."), LONG_ENOUGH, no_name],
        render_kw=NEW,
    )
    confirm = PasswordField(
        "Confirm password",
        validators=[EqualTo("password", message="This differs from the password above.")],
        render_kw=NEW,
    )


class SignInForm(PageForm):
    """The sign-in form. It does not say which of the two fields is wrong."""

    email = EmailField(
        "Email",
        filters=[spelt],
        validators=[DataRequired("Write your email."), at_most(LONGEST_EMAIL)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        "Password",
        validators=[InputRequired("Write your password.")],
        render_kw=OLD,
    )


class ProfileForm(RegisterForm):
    """The profile form: nickname, email and password."""

    password = PasswordField(
        "New password",
        validators=[Optional(strip_whitespace=False), LONG_ENOUGH, no_name],
        render_kw=NEW,
    )
    confirm = PasswordField(
        "Confirm new password",
        validators=[EqualTo("password", message="This differs from the new password above.")],
        render_kw=NEW,
    )
    current = current_password()


class DeleteForm(PageForm):
    """The form to delete an account."""

    current = current_password()


class SignOutForm(PageForm):
    """The sign-out form, a button in the top bar."""
