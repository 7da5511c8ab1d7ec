using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sessions;

/// <summary>What a scheduler may use, memory already turned into slots.</summary>
internal sealed record SchedulerOptions
{
    /// <summary>Positions of a slot.</summary>
    public required int ContextLength { get; init; }

    public int MinimumSlots { get; init; } = 1;

    /// <summary>At least the minimum, at most what memory allows.</summary>
    public int MaximumSlots { get; init; } = 8;

    public int MaximumQueue { get; init; } = 256;

    /// <summary>How long a slot beyond the minimum stays without a job. Default 60 seconds.</summary>
    public TimeSpan SlotIdle { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>
/// Runs the jobs of one model: each step admits jobs to slots, lets those wait whose beginning another one is computing, runs one pass over
/// all that can run, and hands out what it brought. <see cref="Submit"/>, <see cref="Cancel"/>, <see cref="Stop"/> and
/// <see cref="Statistics"/> are for any thread; the rest is for the engine's own.
/// </summary>
internal sealed class Scheduler : IDisposable
{
    /// <summary>A beginning that is being computed is worth waiting for from this many tokens on; fewer are cheaper to compute again.</summary>
    private const int WorthWaiting = 16;

    private readonly Intake _intake;
    private readonly List<Job> _active = [];
    private readonly List<Job> _pass = [];
    private readonly EngineCounters _counters = new();
    private readonly ModelRunner _runner;
    private readonly SchedulerOptions _options;
    private readonly TimeProvider _time;
    private readonly SlotPool _slots;
    private readonly PassPlanner _planner;
    private readonly ITimer _shrinkTimer;
    private readonly Lock _statisticsGate = new();
    private EngineStatistics _statistics;
    private bool _shrinkArmed;
    private volatile bool _shrinkDue;

    public Scheduler(ModelRunner runner, SchedulerOptions options, TimeProvider time)
    {
        (_runner, _options, _time) = (runner, options, time);
        _intake = new Intake(options.MaximumQueue);
        _slots = new SlotPool(runner, options.ContextLength, options.MinimumSlots, options.MaximumSlots);
        _planner = new PassPlanner(runner.BatchTokens);
        try
        {
            _shrinkTimer = time.CreateTimer(static state => ((Scheduler)state!).ShrinkIsDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        catch
        {
            _slots.Dispose();
            throw;
        }

        Publish();
    }

    /// <summary>Told the duration of every pass and its tokens.</summary>
    public Action<TimeSpan, int>? PassEnded { get; init; }

    public EngineStatistics Statistics
    {
        get
        {
            var (running, queued) = _intake.Load;
            lock (_statisticsGate)
            {
                return _statistics with { ActiveSlots = running, Queued = queued };
            }
        }
    }

    /// <summary>Queues a job; the fault where the queue is full or the engine is closed.</summary>
    public EngineFault? Submit(Job job) => _intake.Submit(job, _slots.Maximum);

    /// <inheritdoc cref="Intake.Refusal"/>
    public EngineFault? Refusal() => _intake.Refusal(_slots.Maximum);

    /// <summary>Whether it takes no job any more: it was closed, or it failed.</summary>
    public bool IsStopped => _intake.Stopped is not null;

    /// <inheritdoc cref="Intake.Cancel"/>
    public void Cancel(Job job) => _intake.Cancel(job);

    /// <summary>Ends every job with a fault as soon as the engine's thread sees it.</summary>
    public void Stop(EngineFault fault) => _intake.Stop(fault);

    /// <summary>The engine's thread: steps until stopped, then ends what is left.</summary>
    public void Run()
    {
        try
        {
            while (_intake.Stopped is null)
            {
                if (_active.Count > 0 || _intake.Load.Queued > 0 || _shrinkDue)
                {
                    Step();
                }
                else
                {
                    _intake.Wait();
                }
            }
        }
        catch (Exception e)
        {
            // A bug of the scheduler itself. Nobody may be left waiting for it.
            Stop(new EngineFault(EngineFaultKind.Failed, $"The engine failed with {e.GetType().Name} ({e.Message}) and does not answer any more; load the model again."));
        }

        EndAll();
    }

    /// <summary>One pass and all that belongs to it.</summary>
    public void Step()
    {
        FreeCancelled();
        Shrink();
        Admit();
        foreach (var job in _active)
        {
            if (job.Stage == JobStage.AwaitsPrefix)
            {
                TakePrefix(job);
            }
        }

        if (FillBatch() is > 0 and var tokens)
        {
            RunPass(tokens);
        }

        Publish();
    }

    /// <summary>Ends every job with the fault that the scheduler was stopped with.</summary>
    public void EndAll()
    {
        var fault = _intake.Stopped ?? throw new InvalidOperationException("The scheduler was not stopped.");
        foreach (var job in _active)
        {
            job.Fail(fault);
        }

        while (_intake.Take(int.MaxValue) is { } waiting)
        {
            waiting.Fail(fault);
            _intake.Release(waiting);
        }

        for (var i = _active.Count - 1; i >= 0; i--)
        {
            End(_active[i], trusted: false);
        }

        Publish();
    }

    public void Dispose()
    {
        _shrinkTimer.Dispose();
        _slots.Dispose();
        _intake.Dispose();
    }

    private void FreeCancelled()
    {
        for (var i = _active.Count - 1; i >= 0; i--)
        {
            if (_active[i].Cancelled)
            {
                End(_active[i], trusted: true);
            }
        }
    }

    private void Admit()
    {
        while (_intake.Take(_slots.Maximum) is { } job)
        {
            if (_slots.TryOccupy(job))
            {
                job.Stage = JobStage.AwaitsPrefix;
                _active.Add(job);
                continue;
            }

            // The system took back memory that the limit had promised.
            job.Fail(new EngineFault(EngineFaultKind.Overloaded, "The system has no memory for another slot; try again when other answers have ended, or lower the context length of this model."));
            _intake.Release(job);
        }
    }

    /// <summary>
    /// Starts a job's prompt behind the longest beginning that is computed anywhere, unless another job is computing a longer one: then it
    /// waits for that, so that what many prompts share is computed once.
    /// </summary>
    private void TakePrefix(Job job)
    {
        if (!_runner.IsCausal || job.WantsStates)
        {
            job.Stage = JobStage.Prompt;
            return;
        }

        var (source, computed, coming) = _slots.FindPrefix(job);
        if (coming >= computed + WorthWaiting)
        {
            return;
        }

        var slot = job.Slot!;
        if (source is not null && source != slot)
        {
            slot.Cache.CopyPrefix(source.Cache, computed);
        }

        job.ReusedTokens = slot.Computed;
        _counters.ReusedTokens += slot.Computed;
        job.Stage = JobStage.Prompt;
    }

    /// <summary>Tokens of the next pass; 0 when nobody can run.</summary>
    private int FillBatch()
    {
        _planner.Plan(_active, _runner.IsCausal, _pass);
        _runner.Clear();
        var (tokens, logits) = (0, 0);
        foreach (var job in _pass)
        {
            var pending = job.Slot!.Pending;
            var last = !job.WantsStates && job.PassTokens == pending.Length;
            job.PassOffset = tokens;
            job.LogitsIndex = last ? logits++ : -1;
            tokens += job.PassTokens;
            _runner.Add(job.Slot.Cache, pending[..job.PassTokens], last ? LogitsWanted.Last : LogitsWanted.None, job.Adapters);
        }

        return tokens;
    }

    private void RunPass(int tokens)
    {
        var cancel = _intake.BeginPass(_pass);
        var start = _time.GetTimestamp();
        Exception? failure = null;
        try
        {
            _runner.Run(cancel);
        }
        catch (Exception e)
        {
            failure = e;
        }

        var duration = _time.GetElapsedTime(start);
        var cancelled = failure is OperationCanceledException && cancel.IsCancellationRequested;
        _counters.Busy += duration;
        _intake.EndPass(_pass);
        Tell(duration, tokens);
        if (failure is null)
        {
            Deliver();
        }
        else if (!cancelled)
        {
            FailPass(failure);
        }
    }

    /// <summary>Who watches is not ours: an exception of theirs must end neither the answers nor the engine.</summary>
    private void Tell(TimeSpan duration, int tokens)
    {
        try
        {
            PassEnded?.Invoke(duration, tokens);
        }
        catch (Exception)
        {
            // One measurement is lost; there is nobody here to tell.
        }
    }

    private void Deliver()
    {
        foreach (var job in _pass)
        {
            _counters.PromptTokens += job.Stage == JobStage.Prompt ? job.PassTokens : 0;
            if (job.Cancelled)
            {
                continue;
            }

            try
            {
                if (job.Advance(_runner, _counters))
                {
                    End(job, trusted: !job.HasBrokenNumbers);
                }
            }
            catch (Exception e)
            {
                job.Fail(BugFault(e));
                End(job, trusted: true);
            }
        }
    }

    /// <summary>Whose tokens were in a pass that broke ends with it; the engine goes on for the others.</summary>
    private void FailPass(Exception failure)
    {
        var fault = BugFault(failure);
        foreach (var job in _pass)
        {
            job.Fail(fault);
            End(job, trusted: false);
        }
    }

    private static EngineFault BugFault(Exception e) =>
        new(EngineFaultKind.Failed, $"The engine failed with {e.GetType().Name} ({e.Message}) while it computed this answer; ask again, and report it when it comes back.");

    /// <param name="job">In a slot.</param>
    /// <param name="trusted">Whether what its slot holds may serve others.</param>
    private void End(Job job, bool trusted)
    {
        job.Stage = JobStage.Ended;
        _slots.Release(job, _time.GetTimestamp(), trusted);
        _active.Remove(job);
        _intake.Release(job);
        ArmShrinkTimer();
    }

    private void ShrinkIsDue()
    {
        _shrinkDue = true;
        _intake.Wake();
    }

    private void Shrink()
    {
        if (!_shrinkDue)
        {
            return;
        }

        _shrinkDue = false;
        _shrinkArmed = false;
        _slots.Shrink(_time.GetTimestamp() - (long)(_options.SlotIdle.TotalSeconds * _time.TimestampFrequency));
        ArmShrinkTimer();
    }

    /// <summary>One look per idle time, however many jobs end in it: a busy engine must not put the look off for ever.</summary>
    private void ArmShrinkTimer()
    {
        if (!_shrinkArmed && _slots.CanShrink)
        {
            _shrinkArmed = true;
            _shrinkTimer.Change(_options.SlotIdle, Timeout.InfiniteTimeSpan);
        }
    }

    private void Publish()
    {
        lock (_statisticsGate)
        {
            _statistics = new EngineStatistics(
                0,
                _slots.Count,
                0,
                _slots.ComputedPositions,
                _slots.CapacityPositions,
                _counters.PromptTokens,
                _counters.ReusedTokens,
                _counters.GeneratedTokens,
                _counters.Busy.TotalSeconds);
        }
    }
}
