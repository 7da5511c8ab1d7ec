using Signalbox.Configuration.Resilience;
using Signalbox.Dialects;
using Signalbox.Resilience;
using Signalbox.Routing.Planning;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Resilience;

/// <summary>What the planner is told about a deployment.</summary>
public class DeploymentStateTests
{
    private static readonly GatewayError Failure = new(ErrorKind.UpstreamUnavailable, "It broke.");
    private readonly ManualTimeProvider _time = new();
    private readonly DeploymentState _state;

    public DeploymentStateTests()
    {
        var board = new DeploymentBoard(_time);
        _state = board.State(board.Credential("p", "http://p", "key"), "p", "m", new ResilienceConfig());
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    [Fact]
    public void Failing_fast_is_not_rewarded()
    {
        for (var i = 0; i < 20; i++)
        {
            _state.NoteAnswer(TimeSpan.FromMilliseconds(800), stream: true, Now);
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        for (var i = 0; i < 100; i++)
        {
            _state.NoteFailure(Failure, Now);
        }

        var seen = Observe();
        Assert.Equal(800, seen.LatencyMs!.Value, 0.001);
        Assert.InRange(seen.FailureShare, 0.8, 1);
    }

    [Fact]
    public void The_mean_follows_what_was_seen_last_and_is_forgotten_in_time()
    {
        Assert.Null(Observe().LatencyMs);
        _state.NoteAnswer(TimeSpan.FromMilliseconds(100), stream: true, Now);
        Assert.Equal(100, Observe().LatencyMs);

        for (var i = 0; i < 20; i++)
        {
            _state.NoteAnswer(TimeSpan.FromMilliseconds(500), stream: true, Now);
        }

        Assert.InRange(Observe().LatencyMs!.Value, 490, 500);
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Null(Observe().LatencyMs);
    }

    [Fact]
    public void Streams_and_complete_answers_are_not_mixed()
    {
        _state.NoteAnswer(TimeSpan.FromMilliseconds(100), stream: true, Now);
        _state.NoteAnswer(TimeSpan.FromSeconds(9), stream: false, Now);

        Assert.Equal((100, 9000), (Observe(stream: true).LatencyMs, Observe(stream: false).LatencyMs));
    }

    [Fact]
    public void The_high_percentile_needs_evidence_and_is_exact()
    {
        for (var i = 1; i < 20; i++)
        {
            _state.NoteAnswer(TimeSpan.FromMilliseconds(i), stream: true, Now);
        }

        Assert.Null(_state.HighLatency(stream: true, Now));
        _state.NoteAnswer(TimeSpan.FromMilliseconds(20), stream: true, Now);
        Assert.Equal(19, _state.HighLatency(stream: true, Now)!.Value.TotalMilliseconds);
    }

    [Fact]
    public void Failures_fade()
    {
        _state.NoteFailure(Failure, Now);
        Assert.Equal(1, Observe().FailureShare);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, Observe().FailureShare);
    }

    [Fact]
    public void A_request_that_was_itself_wrong_says_nothing_about_the_deployment()
    {
        _state.NoteFailure(new GatewayError(ErrorKind.InvalidRequest, "no"), Now);
        _state.NoteFailure(new GatewayError(ErrorKind.ContextLength, "no"), Now);
        Assert.Equal((0, null), (Observe().FailureShare, _state.LastError));
    }

    [Fact]
    public void A_stated_wait_is_known_and_ends_to_the_moment()
    {
        _state.NoteFailure(new GatewayError(ErrorKind.RateLimited, "no") { RetryAfter = TimeSpan.FromSeconds(20) }, Now);
        Assert.True(Observe().IsResting);
        Assert.False(_state.Rest(Now).IsGuess);
        Assert.Equal(TimeSpan.FromSeconds(20), _state.Rest(Now).Left(Now));

        _state.NoteAnswer(TimeSpan.FromSeconds(1), stream: true, Now);
        Assert.True(Observe().IsResting);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.False(Observe().IsResting);
    }

    [Fact]
    public void Three_denials_in_a_row_are_about_the_key_one_may_be_about_the_request()
    {
        var denied = new GatewayError(ErrorKind.Permission, "no");
        _state.NoteFailure(denied, Now);
        _state.NoteFailure(denied, Now);
        _state.NoteAnswer(TimeSpan.FromSeconds(1), stream: true, Now);
        _state.NoteFailure(denied, Now);
        _state.NoteFailure(denied, Now);
        Assert.False(Observe().IsResting);

        _state.NoteFailure(denied, Now);
        Assert.True(Observe().IsResting);
    }

    [Fact]
    public void Another_key_is_another_state_and_the_same_key_the_same()
    {
        var board = new DeploymentBoard(_time);
        var config = new ResilienceConfig();
        var one = board.State(board.Credential("p", "http://p", "key-1"), "p", "m", config);
        Assert.Same(one, board.State(board.Credential("p", "http://p", "key-1"), "p", "m", config with { MaxAttempts = 5 }));
        Assert.NotSame(one, board.State(board.Credential("p", "http://p", "key-2"), "p", "m", config));
        Assert.NotSame(one, board.State(board.Credential("p", "http://q", "key-1"), "p", "m", config));
        Assert.NotSame(one, board.State(board.Credential("p", "http://p", "key-1"), "p", "n", config));
    }

    private Candidate Observe(bool stream = true)
    {
        var candidate = new Candidate { Deployment = null! };
        _state.Observe(ref candidate, stream, Now);
        return candidate;
    }
}
