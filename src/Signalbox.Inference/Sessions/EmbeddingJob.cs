using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sessions;

/// <summary>The job of one text's vector.</summary>
internal sealed class EmbeddingJob(int[] prompt, Pooling pooling, int stateLength) : Job(prompt, [], owner: null)
{
    private readonly TaskCompletionSource<(float[]? Vector, EngineFault? Fault)> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly float[] _sum = new float[stateLength];
    private int _seen;

    public override bool WantsStates => true;

    /// <summary>The vector, of unit length.</summary>
    public Task<(float[]? Vector, EngineFault? Fault)> Result => _done.Task;

    public override void Cancel()
    {
        base.Cancel();
        _done.TrySetCanceled();
    }

    public override void Fail(EngineFault fault) => _done.TrySetResult((null, fault));

    public override bool Advance(ModelRunner runner, EngineCounters counters)
    {
        for (var i = 0; i < PassTokens; i++, _seen++)
        {
            var wanted = pooling switch
            {
                Pooling.First => _seen == 0,
                Pooling.Last => _seen == Prompt.Length - 1,
                _ => true,
            };
            if (wanted)
            {
                Add(runner.State(PassOffset + i));
            }
        }

        if (_seen < Prompt.Length)
        {
            return false;
        }

        Normalize();
        _done.TrySetResult((_sum, null));
        return true;
    }

    private void Add(ReadOnlySpan<float> state)
    {
        for (var i = 0; i < _sum.Length; i++)
        {
            _sum[i] += state[i];
        }
    }

    /// <summary>A sum and a mean have the same direction. A vector of zeros stays one.</summary>
    private void Normalize()
    {
        var squares = 0.0;
        foreach (var value in _sum)
        {
            squares += (double)value * value;
        }

        var scale = squares > 0 ? (float)(1 / Math.Sqrt(squares)) : 0;
        for (var i = 0; i < _sum.Length; i++)
        {
            _sum[i] *= scale;
        }
    }
}
