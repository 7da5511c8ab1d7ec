using Signalbox.Inference.Adapters;

namespace Signalbox.Inference.Sessions;

/// <summary>Memory for one sequence, with the tokens that it holds: one answer after the other lives in it.</summary>
internal sealed class Slot(SequenceCache cache, int capacity) : IDisposable
{
    private readonly int[] _tokens = new int[capacity];

    public SequenceCache Cache => cache;

    /// <summary>Tokens of the sequence, computed or not.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>Those of them whose keys and values are there.</summary>
    public int Computed => cache.Length;

    /// <summary>What its keys and values were computed with.</summary>
    public IReadOnlyList<ActiveAdapter> Adapters { get; private set; } = [];

    /// <summary>Who lives in it; null when idle.</summary>
    public Job? Job { get; private set; }

    /// <summary>Timestamp of its last release.</summary>
    public long IdleSince { get; private set; }

    /// <summary>The job's tokens that are not computed yet.</summary>
    public ReadOnlySpan<int> Pending => _tokens.AsSpan(Computed, Count - Computed);

    /// <summary>Moves a job in. As much of the former sequence stays as the two have in common.</summary>
    public void Occupy(Job job, bool mayReuse)
    {
        cache.Truncate(mayReuse ? Usable(job) : 0);
        Count = job.Prompt.Length;
        job.Prompt.CopyTo(_tokens, 0);
        Adapters = job.Adapters;
        Job = job;
        job.Slot = this;
    }

    public void Append(int token) => _tokens[Count++] = token;

    /// <summary>Moves the job out. Its sequence stays for those that begin alike.</summary>
    public void Release(long now, bool keep)
    {
        if (!keep)
        {
            cache.Truncate(0);
        }

        Count = Computed;
        Job!.Slot = null;
        Job = null;
        IdleSince = now;
    }

    /// <summary>Leading tokens that a prompt has in common with this sequence, computed or not; the prompt's last one never counts, because its logits are wanted.</summary>
    public int Common(Job job) =>
        SameAdapters(job.Adapters) ? Tokens.CommonPrefixLength(job.Prompt.AsSpan(0, job.Prompt.Length - 1)) : 0;

    /// <summary>Those of the common tokens that are computed.</summary>
    public int Usable(Job job) => Math.Min(Common(job), Computed);

    public void Dispose() => cache.Dispose();

    private bool SameAdapters(IReadOnlyList<ActiveAdapter> others)
    {
        if (ReferenceEquals(Adapters, others))
        {
            return true;
        }

        if (Adapters.Count != others.Count)
        {
            return false;
        }

        for (var i = 0; i < others.Count; i++)
        {
            if (Adapters[i] != others[i])
            {
                return false;
            }
        }

        return true;
    }
}
