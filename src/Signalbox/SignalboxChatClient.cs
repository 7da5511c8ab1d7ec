using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Answers;
using Signalbox.Routing;

namespace Signalbox;

/// <summary>The gateway as an <see cref="IChatClient"/>: the same pipeline as over HTTP, without the wire.</summary>
internal sealed class SignalboxChatClient(GatewayRuntime runtime, bool isExplained = false, string? modelVersion = null) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var caller = new WholeAnswer();
        await runtime.Pipeline.RunAsync(Context(caller, messages, options, stream: false, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        return caller.Response ?? throw new SignalboxException(caller.Error!);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var caller = new UpdateCaller();
        var run = caller.RunAsync(runtime, Context(caller, messages, options, stream: true, stop.Token));
        try
        {
            await foreach (var update in caller.Updates.ReadAllAsync(cancellationToken))
            {
                yield return update;
            }
        }
        finally
        {
            // A consumer that stops reading has hung up.
            await stop.CancelAsync();
            await run;
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (caller.Error is { } error)
        {
            throw new SignalboxException(error);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        if (serviceKey is not null)
        {
            return null;
        }

        return serviceType == typeof(ChatClientMetadata)
            ? new ChatClientMetadata("signalbox", null, RouteNames.Auto)
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    public void Dispose()
    {
        // The runtime belongs to whoever made it.
    }

    private RequestContext Context(Caller caller, IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream, CancellationToken cancel) => new()
    {
        Id = RequestIds.New(),
        Snapshot = runtime.Snapshot,
        Caller = caller,
        ModelVersion = modelVersion,
        StartedAt = runtime.Time.GetUtcNow(),
        Aborted = cancel,
        IsExplained = isExplained,
        Request = new DialectRequest
        {
            Model = options?.ModelId ?? RouteNames.Auto,
            Messages = [.. messages],
            Options = options ?? new ChatOptions(),
            Stream = stream,
        },
    };

    private sealed class UpdateCaller : InProcessCaller
    {
        private const int Ahead = 64;
        private readonly Channel<ChatResponseUpdate> _channel = Channel.CreateBounded<ChatResponseUpdate>(Ahead);
        private readonly ToolCallAssembler _calls = new();
        private UsageContent? _usage;

        public GatewayError? Error { get; private set; }

        public ChannelReader<ChatResponseUpdate> Updates => _channel.Reader;

        public async Task RunAsync(GatewayRuntime runtime, RequestContext context)
        {
            try
            {
                await runtime.Pipeline.RunAsync(context);
                if (Error is null && !context.Aborted.IsCancellationRequested)
                {
                    await FinishAsync(context.Aborted);
                }

                _channel.Writer.Complete();
            }
            catch (Exception e)
            {
                _channel.Writer.Complete(e);
            }
        }

        public override ValueTask TakeAsync(ChatResponseUpdate update, CancellationToken cancel)
        {
            // Providers state counts so far, again and again; consumers of the vocabulary add up what they are given.
            for (var i = update.Contents.Count - 1; i >= 0; i--)
            {
                if (update.Contents[i] is UsageContent usage)
                {
                    _usage = usage;
                    update.Contents.RemoveAt(i);
                }
            }

            return _channel.Writer.WriteAsync(_calls.Take(update), cancel);
        }

        public override void Take(ChatResponse response)
        {
        }

        public override void Fail(GatewayError error) => Error = error;

        public override Task RefuseAsync(RequestContext context, Providers.FailedAnswer failure)
        {
            Error = failure.Error;
            return Task.CompletedTask;
        }

        private async Task FinishAsync(CancellationToken cancel)
        {
            if (_calls.Finish() is { } calls)
            {
                await _channel.Writer.WriteAsync(calls, cancel);
            }

            if (_usage is not null)
            {
                await _channel.Writer.WriteAsync(new ChatResponseUpdate { Role = ChatRole.Assistant, Contents = [_usage] }, cancel);
            }
        }
    }
}
