using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;

namespace Signalbox.Inference.Training.Runs;

/// <summary>
/// Steps of training: gradients of one or more batches, clipped, then the optimizer. The same seed, batches and number of threads give the same
/// weights bit for bit, through a checkpoint too.
/// </summary>
internal sealed class Trainer : IDisposable
{
    private readonly TrainerOptions _options;
    private readonly Compute _compute;
    private readonly AdamW _optimizer;
    private readonly string _description;
    private BatchLoss _loss;
    private int _tokens;
    private long _passes;
    private TimeSpan _time;
    private TimeSpan _products;

    /// <summary>Trains every weight of a new model.</summary>
    public Trainer(ModelShape shape, TrainerOptions options, WorkerPool pool)
        : this(shape, options, new ParameterSet(ModelParameters.Of(shape), options.Seed), ModelLayers.Trained, new Compute(pool))
    {
    }

    /// <summary>Trains what learns in the given layers.</summary>
    /// <param name="shape">Of the model.</param>
    /// <param name="options">How to train.</param>
    /// <param name="parameters">All that learns; disposed with this.</param>
    /// <param name="layers">Makes the layers over the parameters.</param>
    /// <param name="compute">Threads and products.</param>
    public Trainer(
        ModelShape shape, TrainerOptions options, ParameterSet parameters, Func<ModelShape, ParameterSet, Compute, ModelLayers> layers, Compute compute)
    {
        (_options, _compute, Shape, Parameters) = (options, compute, shape, parameters);
        _description = shape.ToString();
        _optimizer = new AdamW(parameters, options.Optimizer, compute.Pool);
        Model = new TrainedTransformer(shape, layers(shape, parameters, compute), options.Pass, compute, options.MostTokens);
    }

    public ModelShape Shape { get; }

    public ParameterSet Parameters { get; }

    public TrainedTransformer Model { get; }

    /// <summary>Steps so far, those before a checkpoint included.</summary>
    public long Steps => _optimizer.Steps;

    /// <summary>Of values, gradients, moments, activations and scratch.</summary>
    public long Bytes => 4 * Parameters.Length * sizeof(float) + Model.Bytes;

    /// <summary>Adds a batch to the gradients of the next step.</summary>
    public BatchLoss Accumulate(PackedBatch batch)
    {
        var (start, products) = (Stopwatch.GetTimestamp(), _compute.ProductTime);
        var loss = Model.Learn(batch, DropoutMask.Mix(_options.Seed + 0x9E3779B97F4A7C15 * (ulong)++_passes));
        _loss += loss;
        _tokens += batch.Tokens.Length;
        _time += Stopwatch.GetElapsedTime(start);
        _products += _compute.ProductTime - products;
        return loss;
    }

    /// <summary>Takes a step with what was accumulated, and begins the next.</summary>
    /// <remarks>Batches without any target change no weight but count as a step.</remarks>
    public StepReport Step()
    {
        var start = Stopwatch.GetTimestamp();
        var mean = _loss.Weight > 0 ? 1 / _loss.Weight : 0;
        var norm = _optimizer.GradientNorm() * mean;
        var rate = _options.Schedule.At(_optimizer.Steps);
        _optimizer.Step(rate, mean * ClipFactor(norm, _options.ClipNorm));
        Parameters.ClearGradients();
        _time += Stopwatch.GetElapsedTime(start);
        var report = new StepReport(_optimizer.Steps, _loss, norm, rate, _tokens, _time, _products);
        (_loss, _tokens, _time, _products) = (default, 0, TimeSpan.Zero, TimeSpan.Zero);
        return report;
    }

    /// <summary>Accumulates batches and takes the step.</summary>
    public StepReport Step(params ReadOnlySpan<PackedBatch> batches)
    {
        foreach (var batch in batches)
        {
            Accumulate(batch);
        }

        return Step();
    }

    /// <summary>Writes everything that the rest of the run depends on, between two steps.</summary>
    /// <param name="path">Replaced only when everything was written.</param>
    /// <param name="source">Where the batches come from stands at; given back when it is loaded.</param>
    /// <param name="fault">Why it could not be written.</param>
    public bool TrySave(string path, ReadOnlySpan<byte> source, [NotNullWhen(false)] out EngineFault? fault)
    {
        if (_tokens > 0)
        {
            throw new InvalidOperationException("Batches were accumulated without a step: a checkpoint would lose their gradients.");
        }

        return Checkpoint.TryWrite(path, new CheckpointState(_description, Parameters, _optimizer) { Passes = _passes, Source = source.ToArray() }, out fault);
    }

    /// <summary>Goes on where a checkpoint was written.</summary>
    /// <param name="path">Of a run with the same shape and the same options.</param>
    /// <param name="source">What was given when it was written.</param>
    /// <param name="fault">Why it does not fit; nothing has changed then.</param>
    public bool TryLoad(string path, [NotNullWhen(true)] out byte[]? source, [NotNullWhen(false)] out EngineFault? fault)
    {
        var state = new CheckpointState(_description, Parameters, _optimizer);
        source = null;
        if (!Checkpoint.TryRead(path, state, out fault))
        {
            return false;
        }

        Parameters.ClearGradients();
        (_loss, _tokens, _time, _products, _passes, source) = (default, 0, TimeSpan.Zero, TimeSpan.Zero, state.Passes, state.Source);
        return true;
    }

    public void Dispose()
    {
        Model.Dispose();
        _optimizer.Dispose();
        Parameters.Dispose();
    }

    /// <summary>What scales gradients of this norm down to the highest that is allowed (Pascanu et al. 2013, arXiv:1211.5063).</summary>
    public static double ClipFactor(double norm, double highest) => highest > 0 && norm > highest ? highest / norm : 1;
}
