using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Products;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>The memory that a fine-tune holds.</summary>
/// <param name="Weights">Of what is frozen.</param>
/// <param name="Learned">Values that learn, their gradients and their moments.</param>
/// <param name="Activations">Activations and scratch.</param>
internal readonly record struct FinetuneMemory(long Weights, long Learned, long Activations)
{
    public long Total => Weights + Learned + Activations;
}

/// <summary>Fine-tunes a base after a plan and writes the run's folder.</summary>
internal sealed class FinetuneRun : IDisposable
{
    private const double CheckpointMinutes = 5;

    private readonly FinetunePlan _plan;
    private readonly RunFolder _folder;
    private readonly Action<TrainingEvent> _report;
    private readonly TimeProvider _time;
    private readonly WorkerPool _pool;
    private readonly Compute _compute;
    private FrozenModel? _frozen;
    private AdapterScratch? _scratch;

    /// <param name="plan">What to train.</param>
    /// <param name="report">Told of everything, on the training thread.</param>
    /// <param name="time">Says when a checkpoint is due.</param>
    public FinetuneRun(FinetunePlan plan, Action<TrainingEvent> report, TimeProvider time)
    {
        (_plan, _report, _time, _folder) = (plan, report, time, new RunFolder(plan.Options.Folder));
        _pool = new WorkerPool(plan.Options.Threads, FloatProduct.PoolPatience);
        _compute = new Compute(_pool);
    }

    /// <summary>Known once the run began.</summary>
    public FinetuneMemory Memory { get; private set; }

    /// <summary>What the run makes: adapters, or a model where every weight learns.</summary>
    public static string Result(RunFolder folder, FinetuneOptions options) => options.Full ? folder.Model : Path.Combine(folder.Path, "adapter.gguf");

    /// <summary>Trains until all steps are done or somebody stops it; what was reached is in the folder either way.</summary>
    /// <param name="options">Whether to go on, and how far.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="fault">Why it could not begin, or could not go on; the last checkpoint is still there.</param>
    /// <param name="cancel">Stops after the step that is running, with a checkpoint.</param>
    public bool TryRun(RunOptions options, [NotNullWhen(true)] out RunOutcome? outcome, [NotNullWhen(false)] out EngineFault? fault, CancellationToken cancel)
    {
        (outcome, fault) = (null, null);
        var (steps, result) = (_plan.Steps, Result(_folder, Options));
        try
        {
            fault = _folder.Claim(options.Resume, [result]);
            if (fault is not null || (options.Resume && !_folder.TryReadSteps(_plan.Source, out steps, out fault))
                || !TryCreateTrainer((int)Math.Min(int.MaxValue, steps), out var trainer, out fault))
            {
                return false;
            }

            using (trainer)
            {
                if (!options.Resume)
                {
                    _folder.Begin(_plan.Source, steps);
                }

                return Loop(result).TryRun(trainer, steps, options, out outcome, out fault, cancel);
            }
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

    public void Dispose()
    {
        _scratch?.Dispose();
        _frozen?.Dispose();
        _pool.Dispose();
    }

    private FinetuneOptions Options => _plan.Options;

    private bool TryCreateTrainer(int steps, [NotNullWhen(true)] out Trainer? trainer, [NotNullWhen(false)] out EngineFault? fault)
    {
        trainer = null;
        if (!GgufFile.TryOpen(Options.Base, out var file, out fault))
        {
            return false;
        }

        using (file)
        {
            if (Options.Full)
            {
                var parameters = ModelImport.ReadWeights(file, _plan.Shape, (ulong)Options.Seed);
                trainer = new Trainer(_plan.Shape, TrainerOptions(steps), parameters, ModelLayers.Trained, _compute);
            }
            else if (FrozenModel.TryFreeze(file, Options.Kind, out _frozen, out fault))
            {
                _scratch = new AdapterScratch(_compute, _frozen.Widest, Options.PassTokens, Options.Adapter.Rank);
                trainer = new Trainer(
                    _plan.Shape, TrainerOptions(steps), new ParameterSet(_frozen.Parameters(Options.Adapter), (ulong)Options.Seed),
                    (_, parameters, _) => _frozen.Layers(Options.Adapter, parameters, _scratch), _compute);
            }
        }

        if (trainer is null)
        {
            fault ??= new EngineFault(EngineFaultKind.Failed, $"{Options.Base} cannot be trained.");
            return false;
        }

        fault = null;
        Memory = new FinetuneMemory(_frozen?.Bytes ?? 0, 4 * trainer.Parameters.Length * sizeof(float), trainer.Model.Bytes + (_scratch?.Bytes ?? 0));
        return true;
    }

    private TrainerOptions TrainerOptions(int steps) => new()
    {
        MostTokens = Options.PassTokens,
        Schedule = new CosineSchedule { Peak = Options.LearningRate, Floor = Options.LearningRate / 10, WarmUpSteps = Math.Max(1, steps / 20), TotalSteps = steps },
        // The constants of QLoRA's appendix B.
        Optimizer = new AdamWOptions { Beta2 = 0.999f, WeightDecay = 0 },
        // Where every weight learns, activations are kept as model train keeps them.
        Pass = new PassOptions { Dropout = (float)Options.Dropout, Recompute = !Options.Full },
        Seed = (ulong)Options.Seed,
    };

    private TrainingLoop Loop(string result) => new(_folder, _plan.Batches, _report, _time)
    {
        Name = Options.Name,
        Accumulation = Options.Accumulation,
        CheckpointMinutes = CheckpointMinutes,
        LookEvery = _plan.EpochSteps,
        LooksFirst = true,
        Look = Look,
        Remedy = "train again with a lower --learning-rate and another --out.",
        Results = [result],
        Finish = Write,
    };

    private void Look(Trainer trainer)
    {
        if (_plan.ValidationBatches.Count > 0)
        {
            var loss = _plan.ValidationBatches.Aggregate(default(BatchLoss), (sum, batch) => sum + trainer.Model.Evaluate(batch));
            var validation = new TrainingValidation(trainer.Steps, loss.Mean, null);
            _folder.Log(validation);
            _report(validation);
        }
    }

    private EngineFault? Write(Trainer trainer)
    {
        var result = Result(_folder, Options);
        if (!Options.Full)
        {
            AdapterFile.Create(Options.Name, Options.Adapter, trainer.Parameters).WriteTo(result);
            return null;
        }

        if (!GgufFile.TryOpen(Options.Base, out var file, out var fault))
        {
            return fault;
        }

        using (file)
        {
            var writer = new GgufWriter().Set("general.name", Options.Name).Set("general.file_type", 0u).CopyMetadata(file.Metadata);
            ModelExport.AddTo(writer, _plan.Shape, trainer.Parameters).WriteTo(result);
        }

        return null;
    }
}
