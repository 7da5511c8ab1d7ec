using System.Diagnostics;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Inference.Training.Layers;

/// <summary>What layers compute with: the threads, and the matrix products with the time that they took. All products of training go through here.</summary>
internal sealed class Compute(WorkerPool pool)
{
    private readonly FloatProduct _product = new(pool);
    private long _ticks;

    public WorkerPool Pool => pool;

    /// <summary>Spent in products since this was made.</summary>
    public TimeSpan ProductTime => Stopwatch.GetElapsedTime(0, _ticks);

    /// <summary>c (+)= a b^T: a is [m, k], b [n, k], c [m, n].</summary>
    public void MultiplyByTransposed(FloatMatrix a, FloatMatrix b, FloatMatrix c, bool add)
    {
        var start = Stopwatch.GetTimestamp();
        _product.MultiplyByTransposed(a, b, c, add);
        _ticks += Stopwatch.GetTimestamp() - start;
    }

    /// <summary>c (+)= a b: a is [m, k], b [k, n], c [m, n].</summary>
    public void Multiply(FloatMatrix a, FloatMatrix b, FloatMatrix c, bool add)
    {
        var start = Stopwatch.GetTimestamp();
        _product.Multiply(a, b, c, add);
        _ticks += Stopwatch.GetTimestamp() - start;
    }

    /// <summary>c (+)= a^T b: a is [k, m], b [k, n], c [m, n].</summary>
    public void MultiplyTransposed(FloatMatrix a, FloatMatrix b, FloatMatrix c, bool add)
    {
        var start = Stopwatch.GetTimestamp();
        _product.MultiplyTransposed(a, b, c, add);
        _ticks += Stopwatch.GetTimestamp() - start;
    }
}
