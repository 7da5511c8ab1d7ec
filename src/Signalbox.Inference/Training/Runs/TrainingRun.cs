using System.Diagnostics.CodeAnalysis;
using System.Text;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Corpora;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Inference.Training.Runs;

/// <summary>Trains a model after a plan and writes the run's folder.</summary>
internal sealed class TrainingRun : IDisposable
{
    private const int TimedSteps = 6;
    private const int SampleTokens = 80;

    /// <summary>Fewer steps teach next to nothing, whatever the rate.</summary>
    public const int FewSteps = 20;

    /// <summary>Of a run's time, what is left for steps when it is also looked at and saved.</summary>
    private const double StepShare = 0.95;

    private readonly TrainingPlan _plan;
    private readonly RunFolder _folder;
    private readonly Action<TrainingEvent> _report;
    private readonly TimeProvider _time;
    private readonly WorkerPool _pool;

    /// <param name="plan">What to train.</param>
    /// <param name="report">Told of everything, on the training thread.</param>
    /// <param name="time">Says when a checkpoint is due.</param>
    public TrainingRun(TrainingPlan plan, Action<TrainingEvent> report, TimeProvider time)
    {
        (_plan, _report, _time) = (plan, report, time);
        _folder = new RunFolder(plan.Config.Output.Folder);
        _pool = new WorkerPool(plan.Config.Learning.Threads, FloatProduct.PoolPatience);
    }

    /// <summary>The files that a run writes at its end.</summary>
    public static IReadOnlyList<string> Results(RunFolder folder, OutputConfig output) => [folder.Model, .. output.Types.Select(folder.Quantized)];

    /// <summary>Trains until all steps are done or somebody stops it; what was reached is in the folder either way.</summary>
    /// <param name="options">Whether to go on, and how far.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="fault">Why it could not begin, or could not go on; the last checkpoint is still there.</param>
    /// <param name="cancel">Stops after the step that is running, with a checkpoint.</param>
    public bool TryRun(RunOptions options, [NotNullWhen(true)] out RunOutcome? outcome, [NotNullWhen(false)] out EngineFault? fault, CancellationToken cancel)
    {
        (outcome, fault) = (null, null);
        var results = Results(_folder, _plan.Config.Output);
        try
        {
            long steps = 0;
            fault = _folder.Claim(options.Resume, results);
            if (fault is not null || (options.Resume ? !_folder.TryReadSteps(_plan.Config.Source, out steps, out fault) : !TryBegin(out steps, cancel)))
            {
                outcome = fault is null ? new RunOutcome(0, Completed: false) : null;
                return fault is null;
            }

            using var trainer = CreateTrainer((int)Math.Min(int.MaxValue, steps));
            return Loop(results).TryRun(trainer, steps, options, out outcome, out fault, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = new EngineFault(EngineFaultKind.Failed, $"The run cannot write to {_folder.Path}: {e.Message} Make room or name another folder with --out; --resume goes on from the last checkpoint.");
            return false;
        }
        finally
        {
            _folder.Close();
        }
    }

    public void Dispose() => _pool.Dispose();

    private LearningConfig Learning => _plan.Config.Learning;

    private bool TryBegin(out long steps, CancellationToken cancel)
    {
        steps = Learning.Epochs is { } epochs
            ? Math.Max(1, (long)Math.Round(_plan.Batches.EpochBatches * epochs / Learning.Accumulation))
            : StepsInTime(Learning.Minutes!.Value, cancel);
        if (cancel.IsCancellationRequested)
        {
            return false;
        }

        Warn(steps);
        _folder.Begin(_plan.Config.Source, steps);
        return true;
    }

    private void Warn(long steps)
    {
        if (WarmUp(steps) < Learning.WarmUpSteps)
        {
            _report(new TrainingWarning(
                $"learning.warmUpSteps is {Learning.WarmUpSteps}, but the run has {steps} {(steps == 1 ? "step" : "steps")}: it warms up for {WarmUp(steps)} of them. Give fewer steps of warm-up, or train longer."));
        }

        if (steps < FewSteps)
        {
            _report(new TrainingWarning(
                $"the run has only {steps} {(steps == 1 ? "step" : "steps")}, in which a model learns next to nothing: raise learning.epochs (or learning.minutes), or lower learning.batchTokens ({Learning.BatchTokens})."));
        }
    }

    /// <summary>Steps until the highest rate: a run that would end before it warms up for a tenth of its steps.</summary>
    private long WarmUp(long steps) => Learning.WarmUpSteps < steps ? Learning.WarmUpSteps : steps / 10;

    /// <summary>Times a few steps of a model that is thrown away.</summary>
    private long StepsInTime(double minutes, CancellationToken cancel)
    {
        _report(new TrainingTimed());
        var batches = _plan.NewBatches();
        using var trainer = CreateTrainer(1);
        var spent = TimeSpan.Zero;
        for (var i = 0; i < TimedSteps && !cancel.IsCancellationRequested; i++)
        {
            var report = TrainingLoop.Step(trainer, batches, Learning.Accumulation);
            // The first steps also compile.
            spent += i >= TimedSteps / 2 ? report.Time : TimeSpan.Zero;
        }

        var step = spent.TotalMinutes / (TimedSteps - TimedSteps / 2);
        return step > 0 ? Math.Max(1, (long)(minutes * StepShare / step)) : 1;
    }

    private Trainer CreateTrainer(int steps)
    {
        var options = new TrainerOptions
        {
            MostTokens = Learning.BatchTokens,
            Schedule = new CosineSchedule { Peak = Learning.LearningRate, Floor = Learning.FinalLearningRate, WarmUpSteps = (int)WarmUp(steps), TotalSteps = steps },
            Optimizer = new AdamWOptions { WeightDecay = (float)Learning.WeightDecay },
            Pass = new PassOptions { Dropout = (float)Learning.Dropout, LabelSmoothing = (float)Learning.LabelSmoothing },
            ClipNorm = Learning.ClipNorm,
            Seed = (ulong)Learning.Seed,
        };
        if (_plan.Config.From is not { } from)
        {
            return new Trainer(_plan.Shape, options, _pool);
        }

        // What could be wrong with it, the plan has refused.
        using var file = GgufFile.TryOpen(from, out var opened, out var fault) ? opened : throw new IOException(fault.Message);
        var trainer = new Trainer(_plan.Shape, options, ModelImport.ReadWeights(file, _plan.Shape, options.Seed), ModelLayers.Trained, new Compute(_pool));
        NewTopics.Begin(trainer, _plan, (int)file.Find(ModelParameters.Embedding)!.Rows);
        return trainer;
    }

    private TrainingLoop Loop(IReadOnlyList<string> results) => new(_folder, _plan.Batches, _report, _time)
    {
        Name = _plan.Config.Name,
        Accumulation = Learning.Accumulation,
        CheckpointMinutes = _plan.Config.Output.CheckpointMinutes,
        LookEvery = _plan.Config.Output.ValidateEvery,
        Look = Look,
        Remedy = "lower learning.learningRate, or set learning.clipNorm to 1, and train again with another --out.",
        Results = results,
        Finish = Write,
    };

    private EngineFault? Write(Trainer trainer)
    {
        // A model of a small corpus knows one answer to a question: chance would only put a worse one in its place.
        var writer = new GgufWriter().Set("general.name", _plan.Config.Name).Set("general.sampling.temp", 0f);
        _plan.Vocabulary.WriteTo(writer, _plan.Layout.End, PromptLayout.ChatTemplate);
        ModelExport.AddTo(writer, _plan.Shape, trainer.Parameters).WriteTo(_folder.Model);
        foreach (var type in _plan.Config.Output.Types)
        {
            if (!ModelQuantizer.TryQuantize(_folder.Model, _folder.Quantized(type), type, null, CancellationToken.None, out _, out var fault))
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>What the model is worth now: on examples that it does not know, and in its own words.</summary>
    private void Look(Trainer trainer)
    {
        if (_plan.ValidationBatches.Count > 0)
        {
            var topics = Evaluate(trainer, _plan.TopicBatches);
            var validation = new TrainingValidation(
                trainer.Steps, Evaluate(trainer, _plan.ValidationBatches).Mean, topics.Targets > 0 ? (double)topics.Hits / topics.Targets : null);
            _folder.Log(validation);
            _report(validation);
        }

        foreach (var question in _plan.Config.Samples)
        {
            _report(Sample(trainer, question));
        }
    }

    private static BatchLoss Evaluate(Trainer trainer, IReadOnlyList<PackedBatch> batches)
    {
        var loss = default(BatchLoss);
        foreach (var batch in batches)
        {
            loss += trainer.Model.Evaluate(batch);
        }

        return loss;
    }

    private TrainingSample Sample(Trainer trainer, string question)
    {
        var tokens = _plan.Prompt(question);
        var first = tokens.Count;
        var logits = new float[_plan.Shape.VocabularySize];
        while (tokens.Count < first + SampleTokens && tokens.Count < _plan.Shape.ContextLength)
        {
            var batch = new PackedBatch([.. tokens], new int[tokens.Count], new float[tokens.Count], [0, tokens.Count]);
            trainer.Model.Logits(batch, [tokens.Count - 1], logits);
            var best = Array.IndexOf(logits, logits.Max());
            if (best < 0 || best == _plan.Layout.End)
            {
                break;
            }

            tokens.Add(best);
        }

        var answer = tokens.Skip(first).ToList();
        var topic = answer.Count > 0 && _plan.Tokenizer.IsControl(answer[0]) ? _plan.Tokenizer.NameOf(answer[0]) : null;
        return new TrainingSample(trainer.Steps, question, topic, Encoding.UTF8.GetString([.. answer.SelectMany(token => _plan.Tokenizer.BytesOf(token).ToArray())]));
    }
}
