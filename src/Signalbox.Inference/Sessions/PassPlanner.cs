namespace Signalbox.Inference.Sessions;

/// <summary>
/// Which tokens the next pass has: one step of every answer that generates, then pieces of prompts. While answers generate, prompts get a
/// share of the pass only, so that a long prompt does not hold up everybody's next token. Prompts share what there is evenly; what a
/// short one leaves, the longer ones get.
/// </summary>
internal sealed class PassPlanner(int batchTokens)
{
    private readonly List<Job> _prompts = [];
    private bool _hadStates;

    /// <summary>The most prompt tokens of a pass in which answers generate: enough rows to use the products well, few enough to be quick.</summary>
    public int PromptShare { get; } = Math.Max(16, batchTokens / 8);

    /// <summary>Fills <paramref name="pass"/> and sets <see cref="Job.PassTokens"/> of each; empty when nobody can run.</summary>
    /// <param name="active">Jobs in slots, in order of admission.</param>
    /// <param name="causal">Whether prompts may be cut into pieces.</param>
    /// <param name="pass">The jobs of the pass.</param>
    public void Plan(List<Job> active, bool causal, List<Job> pass)
    {
        pass.Clear();
        var states = NextKind(active);
        var budget = batchTokens;
        _prompts.Clear();
        foreach (var job in active)
        {
            if (job.WantsStates != states || job.Cancelled)
            {
                continue;
            }

            if (job.Stage == JobStage.Prompt)
            {
                AddByLength(job);
            }
            else if (job.Stage == JobStage.Generating && budget > 0)
            {
                job.PassTokens = 1;
                pass.Add(job);
                budget--;
            }
        }

        if (pass.Count > 0)
        {
            budget = Math.Min(budget, PromptShare);
        }

        for (var i = 0; i < _prompts.Count && budget > 0; i++)
        {
            var job = _prompts[i];
            var pending = job.Slot!.Pending.Length;
            var tokens = Math.Min(pending, Math.Max(1, budget / (_prompts.Count - i)));
            if (!causal)
            {
                tokens = pending <= budget ? pending : 0;
            }

            if (tokens > 0)
            {
                job.PassTokens = tokens;
                pass.Add(job);
                budget -= tokens;
            }
        }
    }

    /// <summary>States and logits never share a pass; where both are wanted they take turns.</summary>
    private bool NextKind(List<Job> active)
    {
        var (states, logits) = (false, false);
        foreach (var job in active)
        {
            if (!job.Cancelled && job.Stage is JobStage.Prompt or JobStage.Generating)
            {
                states |= job.WantsStates;
                logits |= !job.WantsStates;
            }
        }

        return _hadStates = states && (!logits || !_hadStates);
    }

    /// <summary>Shortest first: few jobs, so insertion is the cheapest sort.</summary>
    private void AddByLength(Job job)
    {
        var length = job.Slot!.Pending.Length;
        var at = _prompts.Count;
        while (at > 0 && _prompts[at - 1].Slot!.Pending.Length > length)
        {
            at--;
        }

        _prompts.Insert(at, job);
    }
}
