using Signalbox.Routing.Planning;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Routing.Planning;

public sealed class ConversationBoardTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(5);
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void It_remembers_who_served_last_until_the_cache_is_cold()
    {
        var board = new ConversationBoard(_time);
        Assert.Null(board.Find(1, Ttl));
        board.Remember(1, "up/a", 100);
        board.Remember(1, "up/b", 250);
        Assert.Equal(new ServedConversation("up/b", 250), board.Find(1, Ttl));
        _time.Advance(Ttl);
        Assert.NotNull(board.Find(1, Ttl));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(board.Find(1, Ttl));
        board.Remember(1, "up/a", 300);
        Assert.Equal("up/a", board.Find(1, Ttl)!.By);
    }

    [Fact]
    public void What_it_remembers_is_noted_at_the_candidate_that_served()
    {
        Candidate[] candidates = [PlanBench.Candidate("a"), PlanBench.Candidate("b")];
        new ServedConversation("up/b", 700).Mark(candidates);
        Assert.Equal([0, 700], candidates.Select(static candidate => candidate.CachedTokens));
    }

    [Fact]
    public void However_many_conversations_there_are_it_keeps_no_more_than_its_size_and_the_newest_of_them()
    {
        var board = new ConversationBoard(_time, capacity: 64);
        for (var i = 0; i < 10_000; i++)
        {
            board.Remember((ulong)i, "up/a", i);
            Assert.Equal(i, board.Find((ulong)i, Ttl)!.Tokens);
            _time.Advance(TimeSpan.FromTicks(1));
        }

        Assert.InRange(Enumerable.Range(0, 10_000).Count(i => board.Find((ulong)i, Ttl) is not null), 32, 64);
    }

    [Fact]
    public async Task Many_at_once_find_what_they_noted_or_nothing()
    {
        var board = new ConversationBoard(_time, capacity: 256);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var key = (ulong)((worker * 50) + (i % 50));
                board.Remember(key, $"{key}", i);
                var found = board.Find(key, Ttl);
                Assert.True(found is null || found.By == $"{key}");
            }
        })));
    }
}
