using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Routing;

namespace Signalbox;

/// <summary>The gateway's embeddings as an <see cref="IEmbeddingGenerator{String, Embedding}"/>.</summary>
internal sealed class SignalboxEmbeddingGenerator(GatewayRuntime runtime) : IEmbeddingGenerator<string, Embedding<float>>
{
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = new EmbeddingRequest
        {
            Model = options?.ModelId ?? throw new ArgumentException("Name an embedding model in options.ModelId, e.g. openai/text-embedding-3-small."),
            Inputs = [.. values],
            Dimensions = options.Dimensions,
        };
        var operation = new EmbeddingOperation(request);
        var caller = new RefusedCaller();
        await runtime.SidePipeline.RunAsync(new RequestContext
        {
            Id = RequestIds.New(),
            Snapshot = runtime.Snapshot,
            Caller = caller,
            StartedAt = runtime.Time.GetUtcNow(),
            Aborted = cancellationToken,
        }, operation);
        cancellationToken.ThrowIfCancellationRequested();
        return caller.Error is { } error ? throw new SignalboxException(error) : operation.Embeddings!;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("signalbox", null, RouteNames.Auto)
        : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // The runtime belongs to whoever made it.
    }

    private sealed class RefusedCaller : InProcessCaller
    {
        public GatewayError? Error { get; private set; }

        public override ValueTask TakeAsync(ChatResponseUpdate update, CancellationToken cancel) => ValueTask.CompletedTask;

        public override void Take(ChatResponse response)
        {
        }

        public override void Fail(GatewayError error) => Error = error;

        public override Task RefuseAsync(RequestContext context, Providers.FailedAnswer failure)
        {
            Error = failure.Error;
            return Task.CompletedTask;
        }
    }
}
