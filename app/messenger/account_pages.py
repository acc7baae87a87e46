"""Register, sign in, sign out, profile: ordinary forms over HTTP, which need no script."""

from collections.abc import Sequence
from typing import Any

from quart import Blueprint, current_app, flash, redirect, render_template, request, session
from quart.typing import ResponseReturnValue
from quart_auth import login_required
from sqlalchemy.orm import Session

from quart_live import QuartLive

from . import accounts, chat, known_browsers
from .db import db
from .errors import Invalid, Unavailable
from .forms import LATER, DeleteForm, PageForm, ProfileForm, RegisterForm, SignInForm, SignOutForm
from .signing_in import (
    close_pages,
    current_token,
    current_user,
    forget,
    next_page,
    sign_in,
    sign_out,
    with_next,
)

account_pages = Blueprint("account_pages", __name__)

WRONG = "The email or the password is wrong."
NOT_YOURS = "This is not your current password."
# The same words for an email that has an account already. Only an email could tell its owner alone.
MADE = (
    "Now sign in. If this email was new here, your account is ready. "
    "If the email already had an account, its password has not changed."
)


@account_pages.route("/register", methods=["GET", "POST"])
async def register() -> ResponseReturnValue:
    """Register an account. The answer does not say whether the email had an account before."""
    if await current_user():
        return redirect(next_page())
    form = await RegisterForm.of_request()
    if form.is_good():
        wanted = form.nickname.data, form.email.data, form.password.data
        try:
            await accounts.register(*wanted, request.remote_addr or "")
        except Invalid as invalid:
            form.refuse(invalid)
        except LATER as later:
            form.refuse_for_now(later)
        else:
            session["email"] = form.email.data
            await flash(MADE, "info")
            return redirect(with_next("/sign-in"))
    return await show("register.html", form, other=with_next("/sign-in"))


@account_pages.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
async def sign_in_page() -> ResponseReturnValue:
    """Sign in to an account. The answer does not say whether the email has one."""
    if await current_user():
        return redirect(next_page())
    form = await SignInForm.of_request(email=session.get("email"))
    if form.is_good():
        owner = await accounts.find_user_by_email(form.email.data)
        browser = known_browsers.proof_for(owner)
        user = await prove(form, form.email.data, form.password.data, WRONG, browser)
        if user is not None:
            await sign_in(user)
            return redirect(next_page())
    return await show("sign_in.html", form, other=with_next("/register"))


@account_pages.route("/sign-out", methods=["GET", "POST"], endpoint="sign_out")
async def sign_out_page() -> ResponseReturnValue:
    """Sign out in every browser. This takes a form: opening a link to this page signs nobody out."""
    form, user = await SignOutForm.of_request(), await current_user()
    if user is not None and form.is_good():
        await sign_out(user)
        await flash("You are signed out, on all your devices.", "info")
        return redirect("/sign-in")
    for alert in form.alerts:
        await flash(alert, "error")
    return redirect("/")


@account_pages.route("/profile", methods=["GET", "POST"])
@login_required
async def profile() -> ResponseReturnValue:
    """Show the profile of the signed-in user, and change it."""
    me = await current_user()
    assert me is not None
    form = await ProfileForm.of_request(nickname=me.nickname, email=me.email)
    if form.is_good() and await prove(form, me.email, form.current.data, NOT_YOURS, this_session()):
        names, password = {"nickname": form.nickname.data, "email": form.email.data}, form.password.data
        try:
            if names["email"] != me.email:
                await accounts.ask_for_email(me.id)
            source = this_session()
            await accounts.change_user(me.id, **names, password=password or None, address=source)
        except Invalid as invalid:
            form.refuse(invalid)
        except LATER as later:
            form.refuse_for_now(later)
        else:
            if password:
                await sign_in(me)
            await close_pages(me.id)
            await flash("Your changes are saved.", "info")
            return redirect("/profile")
    return await show("profile.html", form)


@account_pages.route("/profile/delete", methods=["GET", "POST"])
@login_required
async def delete_account() -> ResponseReturnValue:
    """Delete the account. The page first tells the consequences for each conversation."""
    me = await current_user()
    assert me is not None
    form = await DeleteForm.of_request()
    if form.is_good() and await prove(form, me.email, form.current.data, NOT_YOURS, this_session()):
        live: QuartLive = current_app.extensions["quart_live"]
        left = await end_account(me.id)
        await live.stash.forget_user(me.id)
        for news in left:
            await live.pubsub.broadcast(chat.conversation_topic(news.conversation_id), news)
        await forget(me)
        await flash("Your account is deleted.", "info")
        return redirect("/")
    return await show("delete_account.html", form, leavings=await chat.leavings(me.id))


@db.writes
def end_account(session: Session, user_id: int) -> Sequence[chat.MembershipEnded]:
    """Delete an account in one transaction: half of it would be an account that nobody can use or delete."""
    accounts.close_account.within(session, user_id)
    chat.forget_drafts_of.within(session, user_id)
    return chat.leave_all.within(session, user_id)


async def prove(
    form: PageForm, email: str | None, password: str, refusal: str, browser: str | None
) -> accounts.User | None:
    """Return the user with this email and password, or None; then the form shows the reason."""
    try:
        user = await accounts.authenticate(email or "", password, request.remote_addr or "", browser)
    except Unavailable as unavailable:
        form.refuse(unavailable)
        return None
    except LATER as later:
        form.refuse_for_now(later)
        return None
    if user is None:
        form.form_errors.append(refusal)
    return user


def this_session() -> str:
    """Return the key of this session's own budget. Guesses of strangers do not block the profile page."""
    return f"session:{current_token()}"


async def show(template: str, form: PageForm, **more: Any) -> ResponseReturnValue:
    """Render a page with its form: empty, or with what was typed and the errors."""
    status = form.status if request.method == "POST" else 200
    return await render_template(template, form=form, **more), status, form.headers
