using Signalbox.Inference.Adapters;

namespace Signalbox.Inference.Sessions;

/// <summary>How far a <see cref="Job"/> is.</summary>
internal enum JobStage
{
    /// <summary>It waits for a slot.</summary>
    Queued,

    /// <summary>It has a slot and waits until another job has computed the beginning that both share.</summary>
    AwaitsPrefix,

    /// <summary>Its prompt is being computed.</summary>
    Prompt,

    /// <summary>It makes one token per pass.</summary>
    Generating,

    /// <summary>It has no slot any more.</summary>
    Ended,
}

/// <summary>
/// One sequence to run: an answer, or a text to embed. Everything but <see cref="Cancelled"/> belongs to the engine's thread once it is queued.
/// </summary>
/// <param name="prompt">At least one token.</param>
/// <param name="adapters">Part of what makes a beginning the same; the same object for the whole life of the job.</param>
/// <param name="owner">Who asks; null for an owner of its own.</param>
internal abstract class Job(int[] prompt, IReadOnlyList<ActiveAdapter> adapters, string? owner)
{
    private volatile bool _cancelled;

    public int[] Prompt => prompt;

    public IReadOnlyList<ActiveAdapter> Adapters => adapters;

    public string? Owner => owner;

    /// <summary>Whether it reads states instead of logits; the two never share a pass.</summary>
    public abstract bool WantsStates { get; }

    public JobStage Stage { get; set; }

    /// <summary>From admission to the end.</summary>
    public Slot? Slot { get; set; }

    /// <summary>Tokens of the prompt that another job had computed.</summary>
    public int ReusedTokens { get; set; }

    public bool Cancelled => _cancelled;

    /// <summary>Whether the running pass has tokens of it. Guarded by the scheduler's lock.</summary>
    public bool InPass { get; set; }

    /// <summary>Its tokens in the running pass.</summary>
    public int PassTokens { get; set; }

    /// <summary>Index of the first of them in the batch.</summary>
    public int PassOffset { get; set; }

    /// <summary>Number of its logits in the batch; -1 without.</summary>
    public int LogitsIndex { get; set; }

    /// <summary>Whether the model brought no numbers for it: then what its slot holds must serve nobody else.</summary>
    public bool HasBrokenNumbers { get; protected set; }

    /// <summary>Nobody waits for it any more.</summary>
    public virtual void Cancel() => _cancelled = true;

    /// <summary>Takes what a pass brought.</summary>
    /// <param name="runner">After the pass.</param>
    /// <param name="counters">What to count.</param>
    /// <returns>Whether the job has ended.</returns>
    public abstract bool Advance(ModelRunner runner, EngineCounters counters);

    /// <summary>Ends it with a failure.</summary>
    public abstract void Fail(EngineFault fault);
}

/// <summary>What an engine has done since its start. Written by the engine's thread only.</summary>
internal sealed class EngineCounters
{
    public long PromptTokens { get; set; }

    public long ReusedTokens { get; set; }

    public long GeneratedTokens { get; set; }

    public TimeSpan Busy { get; set; }
}
