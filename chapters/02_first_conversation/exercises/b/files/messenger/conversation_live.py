"""A conversation, as one of its members sees it."""

from typing import Any

from quart import abort

from quart_live import LiveView

from . import chat
from .errors import Invalid
from .runs import entries, entry


class ConversationLive(LiveView):
    """The messages of a conversation, and a form to write new ones."""

    inline_template = """
    <div class="messenger">
      <nav class="conversations" aria-label="Conversations">
        <p class="me">
          <span class="avatar" style="--hue: {{ me.id|hue }}" aria-hidden="true">{{
            me.nickname|initials }}</span>
          <b class="one-line"><bdi>{{ me.nickname }}</bdi></b>
        </p>
        <ul>
          {% for conversation, last in summaries %}
          <li id="conversation-{{ conversation.id }}">
            <a href="/conversations/{{ conversation.id }}/users/{{ me.id }}"
               {% if conversation.id == here.id %}aria-current="page"{% endif %}>
              <span class="title one-line"><bdi>{{ conversation.title }}</bdi></span>
              {% if last %}
              {{ last.created_at|clock_or_day }}
              <span class="last-line one-line"><bdi>{{ last.author.nickname }}</bdi>: <bdi>{{
                last.content|shortened }}</bdi></span>
              {% endif %}
            </a>
          </li>
          {% endfor %}
        </ul>
      </nav>

      <section class="conversation" aria-labelledby="title">
        <header>
          <a class="back" href="/" aria-label="All conversations">‹</a>
          <div>
            <h1 id="title" class="one-line"><bdi>{{ here.title }}</bdi></h1>
            <p class="muted one-line"><bdi>{{ me.nickname }}</bdi> (you){%
              for other in others %}, <bdi>{{ other.nickname }}</bdi>{% endfor
              %} · {{ total }} message{{ "s" if total != 1 }}</p>
          </div>
        </header>

        <div id="log" class="log" role="log" aria-label="Messages" tabindex="0">
          <ol>
            {% for message, mine, continues, opens_day in entries %}
            <li id="message-{{ message.id }}"
                class="message {% if mine %}mine{% endif %} {% if continues %}continues{% endif %}">
              {% if opens_day %}<h2 class="day">{{ message.created_at|day_name }}</h2>{% endif %}
              <span class="avatar" style="--hue: {{ message.user_id|hue }}" aria-hidden="true">{{
                message.author.nickname|initials }}</span>
              <span class="author {% if mine or continues %}visually-hidden{% endif %}"><bdi>{{
                message.author.nickname }}</bdi></span>
              <p class="bubble" dir="auto">{{ message.content }}</p>
              <time datetime="{{ message.created_at.isoformat() }}">{{ message.created_at|clock }}</time>
            </li>
            {% endfor %}
          </ol>
          {% if not entries %}<p class="empty">No messages yet. Write the first one below.</p>{% endif %}
        </div>

        <form id="composer" class="composer" phx-submit="send" phx-hook="Composer">
          <label for="composer-text" class="visually-hidden">Message</label>
          <div id="composer-keeps" phx-update="ignore">
            <textarea id="composer-text" name="content" dir="auto" rows="1" placeholder="Message"
                      aria-describedby="composer-error"></textarea>
          </div>
          <button class="primary">Send</button>
          <p id="composer-error" class="error" role="alert">{{ error }}</p>
        </form>
      </section>
    </div>
    """

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        """Show the conversation that the address names, as the member that it names."""
        conversation = await chat.find_conversation(params["conversation_id"]) or abort(404)
        me = conversation.member(params["user_id"]) or abort(404)
        messages = await chat.recent_messages(conversation.id)
        others = [member.user for member in conversation.members if member.user_id != me.id]
        self.assign(page_title=conversation.title, here=conversation, me=me, others=others, error="")
        self.assign(entries=entries(messages, me.id), summaries=await chat.conversations_of(me.id))
        self.assign(total=await chat.count_messages(conversation.id))

    async def handle_event(self, event: str, params: dict[str, Any]) -> None:
        """Send a message that was typed."""
        if event == "send":
            await self.send(params["content"])

    async def send(self, content: str) -> None:
        """Store the message and show it, or show why it was refused."""
        me = self.assigns.me
        try:
            message = await chat.send_message(self.assigns.here.id, me.id, content)
        except Invalid as invalid:
            self.assign(error=str(invalid))
            return
        previous = self.assigns.entries[-1].message if self.assigns.entries else None
        self.assign(entries=[*self.assigns.entries, entry(message, previous, me.id)], error="")
        self.assign(summaries=await chat.conversations_of(me.id))
        self.assign(total=await chat.count_messages(self.assigns.here.id))
        # The text in the composer belongs to the browser. It may be cleared only now.
        self.push_event("message-sent", {})
