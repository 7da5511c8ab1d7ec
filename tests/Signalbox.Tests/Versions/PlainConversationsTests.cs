using Signalbox.Server.Endpoints.Plain;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Versions;

public sealed class PlainConversationsTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void A_conversation_keeps_its_latest_messages_for_its_own_key()
    {
        var conversations = new PlainConversations(_time);
        for (var i = 0; i < 15; i++)
        {
            conversations.Add("key", "c", $"question {i}", $"answer {i}");
        }

        var messages = conversations.Read("key", "c");
        Assert.Equal((PlainConversations.MostMessages, "question 5", "answer 14"), (messages.Count, messages[0].Text, messages[^1].Text));
        Assert.Empty(conversations.Read("other", "c"));
        Assert.Empty(conversations.Read(null, "c"));
    }

    [Fact]
    public void What_nobody_speaks_in_is_forgotten_after_its_time_and_what_is_spoken_in_is_not()
    {
        var conversations = new PlainConversations(_time);
        conversations.Add(null, "old", "q", "a");
        conversations.Add(null, "kept", "q", "a");
        _time.Advance(PlainConversations.KeptFor * 0.75);
        conversations.Add(null, "kept", "q", "a");
        _time.Advance(PlainConversations.KeptFor * 0.5);

        Assert.Empty(conversations.Read(null, "old"));
        Assert.Equal(4, conversations.Read(null, "kept").Count);
    }

    [Fact]
    public void Of_more_than_there_is_room_for_the_one_that_was_spoken_in_first_goes()
    {
        var conversations = new PlainConversations(_time);
        for (var i = 0; i < PlainConversations.MostConversations; i++)
        {
            conversations.Add(null, $"c{i}", "q", "a");
        }

        conversations.Add(null, "c0", "q", "a");
        conversations.Add(null, "one more", "q", "a");

        Assert.Equal((4, 0, 2), (conversations.Read(null, "c0").Count, conversations.Read(null, "c1").Count, conversations.Read(null, "one more").Count));
    }
}
