using Microsoft.Extensions.AI;
using Signalbox.Inference.Sessions;

namespace Signalbox.Inference;

/// <summary>Embeddings of a model in this process, of unit length. Faults are thrown as <see cref="EngineException"/>.</summary>
internal sealed class LocalEmbeddingGenerator(InferenceEngine engine, string modelId) : IEmbeddingGenerator<string, Embedding<float>>
{
    public InferenceEngine Engine => engine;

    public string ModelId => modelId;

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var length = engine.Config.EmbeddingLength;
        if (options?.Dimensions is { } dimensions && dimensions != length)
        {
            throw new EngineException(new EngineFault(EngineFaultKind.Unsupported, $"{dimensions} dimensions were asked for and the model's vectors have {length}; ask for {length}, or for none in particular."));
        }

        var (vectors, tokens, fault) = await engine.EmbedAsync([.. values], cancellationToken);
        if (fault is not null)
        {
            throw new EngineException(fault);
        }

        return new GeneratedEmbeddings<Embedding<float>>(vectors!.Select(vector => new Embedding<float>(vector) { ModelId = modelId }))
        {
            Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("signalbox", null, modelId, engine.Config.EmbeddingLength)
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(engine) ? engine
            : null;
    }

    /// <summary>The engine is its owner's.</summary>
    public void Dispose()
    {
    }
}
