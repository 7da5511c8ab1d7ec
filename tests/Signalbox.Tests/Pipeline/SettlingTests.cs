using Microsoft.Extensions.AI;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Providers;

namespace Signalbox.Tests.Pipeline;

/// <summary>Whatever becomes of a request, the books say it.</summary>
public class SettlingTests
{
    [Fact]
    public async Task A_request_that_ended_in_a_defect_is_not_in_the_books_as_a_good_one()
    {
        using var client = new SayingClient();
        using var runtime = new GatewayRuntime(ConfigLoader.Parse("{}"u8.ToArray(), new Dictionary<string, string>()).Config!, TimeProvider.System,
            inProcess: [new ChatClientProvider("own", client, Locality.Local)]);
        var context = new RequestContext
        {
            Id = "defect",
            Snapshot = runtime.Snapshot,
            Caller = new BreakingCaller(),
            StartedAt = runtime.Time.GetUtcNow(),
            Aborted = TestContext.Current.CancellationToken,
            Request = new DialectRequest { Model = "own/m", Messages = [new ChatMessage(ChatRole.User, "Hello.")], Options = new ChatOptions() },
        };

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => runtime.Pipeline.RunAsync(context));

        Assert.Equal(ErrorKind.Internal, runtime.Journal.ToList()[^1].Error);
        Assert.Equal(ErrorKind.Internal, runtime.Decisions.Find("defect")!.Error!.Kind);
    }

    private sealed class SayingClient : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "Hi.")));

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    /// <summary>A caller whose own code breaks on the answer.</summary>
    private sealed class BreakingCaller : InProcessCaller
    {
        public override ValueTask TakeAsync(ChatResponseUpdate update, CancellationToken cancel) => throw new InvalidTimeZoneException();

        public override void Take(ChatResponse response) => throw new InvalidTimeZoneException();

        public override void Fail(GatewayError error)
        {
        }

        public override Task RefuseAsync(RequestContext context, FailedAnswer failure) => Task.CompletedTask;
    }
}
