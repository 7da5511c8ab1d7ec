using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Training.Runs;

/// <summary>How to run.</summary>
/// <param name="Resume">Whether to go on from the folder's checkpoint.</param>
/// <param name="StopAfter">Steps after which the run stops with a checkpoint, as if interrupted; null for all.</param>
internal sealed record RunOptions(bool Resume, long? StopAfter);

/// <summary>How a run ended.</summary>
/// <param name="Steps">Done in all.</param>
/// <param name="Completed">Whether those are all; otherwise it was stopped and can be resumed.</param>
/// <param name="WasDone">Whether a finished run was asked to go on, so that nothing was left to do.</param>
internal sealed record RunOutcome(long Steps, bool Completed, bool WasDone = false);

/// <summary>The steps of a run: each is logged and told of; now and then the model is looked at and a checkpoint written.</summary>
/// <param name="folder">Claimed, with the run begun in it.</param>
/// <param name="batches">What is learned from.</param>
/// <param name="report">Told of everything, on the training thread.</param>
/// <param name="time">Says when a checkpoint is due.</param>
internal sealed class TrainingLoop(RunFolder folder, BatchBuilder batches, Action<TrainingEvent> report, TimeProvider time)
{
    /// <summary>Stands above the chart.</summary>
    public required string Name { get; init; }

    /// <summary>Batches of a step.</summary>
    public required int Accumulation { get; init; }

    public required double CheckpointMinutes { get; init; }

    /// <summary>Steps between two looks; 0 looks only at the end.</summary>
    public required long LookEvery { get; init; }

    /// <summary>Whether the model is looked at before the first step too.</summary>
    public bool LooksFirst { get; init; }

    /// <summary>Measures what the model is worth.</summary>
    public required Action<Trainer> Look { get; init; }

    /// <summary>What to do when the loss is no number any more.</summary>
    public required string Remedy { get; init; }

    /// <summary>The files of a finished run.</summary>
    public required IReadOnlyList<string> Results { get; init; }

    /// <summary>Writes them, or says why it cannot.</summary>
    public required Func<Trainer, EngineFault?> Finish { get; init; }

    /// <summary>Takes a step.</summary>
    public static StepReport Step(Trainer trainer, BatchBuilder batches, int accumulation)
    {
        for (var i = 0; i < accumulation; i++)
        {
            trainer.Accumulate(batches.Next());
        }

        return trainer.Step();
    }

    /// <summary>Trains until all steps are done or somebody stops it; what was reached is in the folder either way.</summary>
    /// <param name="trainer">At its start; its checkpoint is loaded where the run goes on.</param>
    /// <param name="steps">Of the whole run.</param>
    /// <param name="options">Whether to go on, and how far.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="fault">Why it could not go on; the last checkpoint is still there.</param>
    /// <param name="cancel">Stops after the step that is running, with a checkpoint.</param>
    public bool TryRun(
        Trainer trainer, long steps, RunOptions options, [NotNullWhen(true)] out RunOutcome? outcome, [NotNullWhen(false)] out EngineFault? fault, CancellationToken cancel)
    {
        (outcome, fault) = (null, null);
        if (options.Resume && !TryRestore(trainer, out fault))
        {
            return false;
        }

        if (trainer.Steps >= steps && Results.All(File.Exists))
        {
            outcome = new RunOutcome(trainer.Steps, Completed: true, WasDone: true);
            return true;
        }

        folder.OpenLog(trainer.Steps);
        report(new TrainingStarted(trainer.Parameters.Count, trainer.Steps, steps));
        if (LooksFirst && trainer.Steps == 0)
        {
            Look(trainer);
        }

        if (!TryTrain(trainer, steps, options.StopAfter, out fault, cancel) || !TrySave(trainer, out fault))
        {
            return false;
        }

        outcome = new RunOutcome(trainer.Steps, Completed: trainer.Steps >= steps);
        if (outcome.Completed)
        {
            Look(trainer);
            folder.Draw(Name);
            fault = Finish(trainer);
        }

        return fault is null;
    }

    private bool TryTrain(Trainer trainer, long steps, long? stopAfter, [NotNullWhen(false)] out EngineFault? fault, CancellationToken cancel)
    {
        fault = null;
        var saved = time.GetTimestamp();
        var end = Math.Min(steps, stopAfter is { } most ? trainer.Steps + most : long.MaxValue);
        while (trainer.Steps < end && !cancel.IsCancellationRequested)
        {
            var step = new TrainingStep(Step(trainer, batches, Accumulation), batches.Epoch + (double)batches.Position / batches.EpochBatches);
            folder.Log(step);
            report(step);
            if (!double.IsFinite(step.Report.Loss.Mean) || !double.IsFinite(step.Report.GradientNorm))
            {
                fault = new EngineFault(EngineFaultKind.Failed, $"The loss is no number any more at step {step.Report.Step}: {Remedy}");
                return false;
            }

            if (LookEvery > 0 && trainer.Steps % LookEvery == 0 && trainer.Steps < steps)
            {
                Look(trainer);
            }

            if (time.GetElapsedTime(saved).TotalMinutes >= CheckpointMinutes)
            {
                if (!TrySave(trainer, out fault))
                {
                    return false;
                }

                saved = time.GetTimestamp();
            }
        }

        return true;
    }

    private bool TryRestore(Trainer trainer, [NotNullWhen(false)] out EngineFault? fault)
    {
        if (!trainer.TryLoad(folder.Checkpoint, out var source, out fault))
        {
            return false;
        }

        fault = batches.TryRestore(source, out var problem) ? null : new EngineFault(EngineFaultKind.InvalidRequest, $"{folder.Checkpoint}: {problem}");
        return fault is null;
    }

    private bool TrySave(Trainer trainer, [NotNullWhen(false)] out EngineFault? fault)
    {
        folder.Draw(Name);
        if (!trainer.TrySave(folder.Checkpoint, batches.SaveState(), out fault))
        {
            return false;
        }

        report(new TrainingSaved(trainer.Steps, folder.Checkpoint));
        return true;
    }
}
