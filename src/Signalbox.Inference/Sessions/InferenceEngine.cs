using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Signalbox.Inference.Adapters;
using Signalbox.Inference.ChatTemplates;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Tokenization;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sessions;

/// <summary>
/// One loaded model that serves several conversations at once: the steps of all active answers run as one batch (continuous batching),
/// a shared beginning of prompts is computed once, slots grow and shrink with the queue. Safe for any number of threads.
/// </summary>
internal sealed class InferenceEngine : IAsyncDisposable
{
    private readonly TaskCompletionSource _threadEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EngineParts _parts;
    private readonly EngineMetrics _metrics;
    private readonly Scheduler _scheduler;
    private readonly Embedder _embedder;
    private readonly Pooling? _pooling;
    private int _disposed;

    private InferenceEngine(EngineParts parts, EngineOptions options, TimeProvider time)
    {
        _parts = parts;
        _pooling = Embedder.PoolingOf(parts.File.Metadata, parts.Config.Architecture);
        _metrics = new EngineMetrics(Path.GetFileName(parts.File.Path), () => _scheduler is { } scheduler ? scheduler.Statistics : default);
        var scheduling = new SchedulerOptions
        {
            ContextLength = parts.Memory.ContextLength,
            MinimumSlots = options.MinimumSlots,
            MaximumSlots = parts.Memory.MaximumSlots,
            MaximumQueue = options.MaximumQueue,
        };
        try
        {
            _scheduler = new Scheduler(parts.Runner, scheduling, time) { PassEnded = _metrics.PassEnded };
            _embedder = new Embedder(_scheduler, parts.Tokenizer, parts.Runner, parts.Memory);

            // Not the thread pool: passes are long, and the pool has requests to serve.
            new Thread(RunScheduler) { IsBackground = true, Name = "Signalbox engine" }.Start();
        }
        catch
        {
            _metrics.Dispose();
            _scheduler?.Dispose();
            throw;
        }
    }

    /// <param name="path">A GGUF file.</param>
    /// <param name="options">What the engine may use.</param>
    /// <param name="time">For idle slots and durations.</param>
    /// <param name="engine">Ready for requests.</param>
    /// <param name="fault">What is wrong with the file, or what does not fit the limits and what would.</param>
    public static bool TryLoad(string path, EngineOptions options, TimeProvider time, [NotNullWhen(true)] out InferenceEngine? engine, [NotNullWhen(false)] out EngineFault? fault)
    {
        engine = null;
        EngineParts? parts = null;
        try
        {
            if (!EngineParts.TryLoad(path, options, out parts, out fault))
            {
                return false;
            }

            engine = new InferenceEngine(parts, options, time);
            return true;
        }
        catch (OutOfMemoryException)
        {
            parts?.Dispose();
            var slots = parts is null ? "the buffers of a pass" : $"{options.MinimumSlots} slots of {parts.Memory.ContextLength} positions";
            fault = new EngineFault(EngineFaultKind.Overloaded, $"The system has no memory for {slots}, or no thread is left; lower the context length or the minimum of slots.");
            return false;
        }
        catch
        {
            parts?.Dispose();
            throw;
        }
    }

    public TransformerConfig Config => _parts.Config;

    public Tokenizer Tokenizer => _parts.Tokenizer;

    public ChatTemplate Template => _parts.Template;

    /// <summary>How answers are sampled where nobody says otherwise.</summary>
    public SamplingOptions Sampling => _parts.Sampling;

    /// <summary>What an answer's probabilities say about whether it is right.</summary>
    public ConfidenceMap Confidence => _parts.Confidence;

    /// <summary>Positions of a slot: prompt and answer together.</summary>
    public int ContextLength => _parts.Memory.ContextLength;

    /// <summary>What the memory limit was turned into.</summary>
    public MemoryPlan Memory => _parts.Memory;

    /// <summary>What it is doing now.</summary>
    public EngineStatistics Statistics => _scheduler.Statistics;

    /// <summary>Whether every request fails from now on: the engine was closed, or failed beyond repair and has to be loaded again.</summary>
    public bool IsStopped => _scheduler.IsStopped;

    public IReadOnlyList<string> AdapterNames => _parts.AdapterNames;

    /// <inheritdoc cref="EngineParts.TryAddAdapter"/>
    public bool TryAddAdapter(string name, string path, [NotNullWhen(false)] out EngineFault? fault) => _parts.TryAddAdapter(name, path, out fault);

    public LoraAdapter? FindAdapter(string name) => _parts.FindAdapter(name);

    /// <summary>Tokens of one answer as they come. The last event has its <see cref="GenerationEvent.End"/>. A cancelled answer frees its slot within one token.</summary>
    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (!TryStart(request, out var answer, out var fault))
        {
            yield return new GenerationEvent { Token = -1, Text = "", End = EndReason.Fault, Fault = fault };
            yield break;
        }

        var text = new AnswerText(Tokenizer, request.StopTexts);
        try
        {
            await using var registration = cancel.UnsafeRegister(static state => ((Action)state!)(), () => Cancel(answer));
            while (true)
            {
                cancel.ThrowIfCancellationRequested();
                if (!answer.Stream.TryRead(out var step))
                {
                    await answer.Stream.WaitAsync();
                    continue;
                }

                yield return EventOf(step, answer, text);
                if (step.End is not null)
                {
                    yield break;
                }
            }
        }
        finally
        {
            Cancel(answer);
        }
    }

    /// <summary>
    /// Starts an answer of which only tokens are wanted: <see cref="Answer.Stream"/> brings them, and <see cref="Cancel"/> ends it. Nothing is
    /// allocated per token, except where stop texts or log probabilities are asked for.
    /// </summary>
    public bool TryStart(GenerationRequest request, [NotNullWhen(true)] out Answer? answer, [NotNullWhen(false)] out EngineFault? fault)
    {
        answer = null;
        fault = _parts.Runner.IsCausal
            ? RequestCheck.Check(request, _parts.Runner.VocabularySize, ContextLength)
            : new EngineFault(EngineFaultKind.Unsupported, $"A model of the architecture {Config.Architecture} makes embeddings, no answers; use another model for answers.");

        // An answer has megabytes of its own where the vocabulary is large: none are made for a request that the queue has no room for.
        fault ??= _scheduler.Refusal();
        if (fault is not null)
        {
            return false;
        }

        var started = new Answer(request, Tokenizer, _parts.Runner.VocabularySize, ContextLength);
        fault = _scheduler.Submit(started);
        answer = fault is null ? started : null;
        return fault is null;
    }

    /// <inheritdoc cref="Intake.Cancel"/>
    public void Cancel(Answer answer) => _scheduler.Cancel(answer);

    /// <summary>Embeddings of texts, of unit length; mean, first- or last-token pooling as the file says (mean where it says nothing).</summary>
    public async Task<(IReadOnlyList<float[]>? Vectors, int Tokens, EngineFault? Fault)> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancel) =>
        _pooling is { } pooling
            ? await _embedder.EmbedAsync(texts, pooling, cancel)
            : (null, 0, new EngineFault(EngineFaultKind.Unsupported, "The model's file asks for a pooling that makes no vector (it ranks texts); use a model with mean, first- or last-token pooling."));

    /// <summary>Ends running answers with a fault, then gives everything back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            await _threadEnded.Task;
            return;
        }

        _scheduler.Stop(new EngineFault(EngineFaultKind.Failed, "The engine was closed before the answer ended; ask again when the model is loaded."));
        await _threadEnded.Task;
        _metrics.Dispose();
        _scheduler.Dispose();
        _parts.Dispose();
    }

    private void RunScheduler()
    {
        try
        {
            _scheduler.Run();
        }
        catch (Exception)
        {
            // Every answer has its fault by now; what is left is that giving back a cache failed, and no process should end for that.
        }
        finally
        {
            _threadEnded.TrySetResult();
        }
    }

    private static GenerationEvent EventOf(in TokenStep step, Answer answer, AnswerText text)
    {
        var whole = step.Token >= 0 ? text.Append(step.Token) : "";
        return new GenerationEvent
        {
            Token = step.Token,
            Text = step.End is null ? whole : whole + text.Flush(),
            LogProbability = float.IsNaN(step.LogProbability) ? null : step.LogProbability,
            Alternatives = step.Alternatives,
            End = step.End,
            Fault = step.Fault,
            StopText = text.Stop,
            Usage = step.End is null ? null : answer.Usage,
        };
    }
}
