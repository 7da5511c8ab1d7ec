using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tokenization;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sessions;

/// <summary>Texts to vectors over the engine's scheduler, several texts to a pass.</summary>
/// <param name="scheduler">Runs the jobs.</param>
/// <param name="tokenizer">The model's.</param>
/// <param name="runner">The model's shape.</param>
/// <param name="memory">How long a text may be, and how many run at once.</param>
internal sealed class Embedder(Scheduler scheduler, Tokenizer tokenizer, ModelRunner runner, MemoryPlan memory)
{
    /// <summary>How the file wants states pooled; null where it wants a ranking, which is no vector.</summary>
    public static Pooling? PoolingOf(GgufMetadata metadata, string architecture) =>
        !metadata.TryGetInt($"{architecture}.pooling_type", out var type) || type is 0 or 1 ? Pooling.Mean
        : type == 2 ? Pooling.First
        : type == 3 ? Pooling.Last
        : null;

    public async Task<(IReadOnlyList<float[]>? Vectors, int Tokens, EngineFault? Fault)> EmbedAsync(IReadOnlyList<string> texts, Pooling pooling, CancellationToken cancel)
    {
        var jobs = new EmbeddingJob[texts.Count];
        var tokens = 0;
        for (var i = 0; i < jobs.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var ids = new List<int>();
            tokenizer.Encode(texts[i], ids, parseSpecial: false, addSpecial: true);
            if (RequestCheck.CheckPrompt(ids, runner.VocabularySize, memory.ContextLength, answerTokens: 0) is { } fault)
            {
                return (null, 0, texts.Count > 1 ? fault with { Message = $"Text {i + 1} of {texts.Count}: {fault.Message}" } : fault);
            }

            tokens += ids.Count;
            jobs[i] = new EmbeddingJob([.. ids], pooling, runner.StateLength);
        }

        var vectors = new float[jobs.Length][];
        for (var start = 0; start < jobs.Length; start += memory.MaximumSlots)
        {
            var group = jobs.AsMemory(start, Math.Min(memory.MaximumSlots, jobs.Length - start));
            if (await RunAsync(group, vectors.AsMemory(start), cancel) is { } fault)
            {
                return (null, 0, fault);
            }
        }

        return (vectors, tokens, null);
    }

    /// <summary>As many jobs as there are slots: more would only fill the queue.</summary>
    private async Task<EngineFault?> RunAsync(ReadOnlyMemory<EmbeddingJob> jobs, Memory<float[]> vectors, CancellationToken cancel)
    {
        var submitted = 0;
        var fault = (EngineFault?)null;
        while (submitted < jobs.Length && fault is null)
        {
            fault = scheduler.Submit(jobs.Span[submitted]);
            submitted += fault is null ? 1 : 0;
        }

        try
        {
            for (var i = 0; i < submitted && fault is null; i++)
            {
                (var vector, fault) = await jobs.Span[i].Result.WaitAsync(cancel);
                vectors.Span[i] = vector!;
            }

            return fault;
        }
        finally
        {
            for (var i = 0; i < submitted; i++)
            {
                scheduler.Cancel(jobs.Span[i]);
            }
        }
    }
}
