using System.Runtime.Intrinsics;
using Signalbox.Inference.Kernels.Rows;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Inference.Training.Layers;

/// <summary>y = silu(gate) * up (arXiv:2002.05202), with silu(z) = z / (1 + e^-z).</summary>
internal static unsafe class SwiGlu
{
    public static void Forward(WorkerPool pool, FloatMatrix gate, FloatMatrix up, FloatMatrix y) =>
        RowLoop.Run(pool, y.Rows, new ForwardWork { Gate = gate, Up = up, Y = y });

    /// <summary>Overwrites dGate, and dy with the gradient of up.</summary>
    public static void Backward(WorkerPool pool, FloatMatrix gate, FloatMatrix up, FloatMatrix dy, FloatMatrix dGate) =>
        RowLoop.Run(pool, dy.Rows, new BackwardWork { Gate = gate, Up = up, Dy = dy, DGate = dGate });

    private struct ForwardWork : IRowWork
    {
        public FloatMatrix Gate;
        public FloatMatrix Up;
        public FloatMatrix Y;

        public readonly void Take(int row)
        {
            var gate = Gate.Data + (long)row * Gate.Stride;
            var up = Up.Data + (long)row * Up.Stride;
            var y = Y.Data + (long)row * Y.Stride;
            var i = 0;
            for (; i + 8 <= Y.Columns; i += 8)
            {
                var z = Vector256.Load(gate + i);
                (z / (Vector256<float>.One + Exponential.Of(-z)) * Vector256.Load(up + i)).Store(y + i);
            }

            for (; i < Y.Columns; i++)
            {
                y[i] = gate[i] / (1 + Exponential.Of(-gate[i])) * up[i];
            }
        }
    }

    /// <summary>With s = 1 / (1 + e^-z): d silu / dz = s (1 + z (1 - s)).</summary>
    private struct BackwardWork : IRowWork
    {
        public FloatMatrix Gate;
        public FloatMatrix Up;
        public FloatMatrix Dy;
        public FloatMatrix DGate;

        public readonly void Take(int row)
        {
            var gate = Gate.Data + (long)row * Gate.Stride;
            var up = Up.Data + (long)row * Up.Stride;
            var dy = Dy.Data + (long)row * Dy.Stride;
            var dGate = DGate.Data + (long)row * DGate.Stride;
            var one = Vector256<float>.One;
            var i = 0;
            for (; i + 8 <= Dy.Columns; i += 8)
            {
                var z = Vector256.Load(gate + i);
                var d = Vector256.Load(dy + i);
                var s = one / (one + Exponential.Of(-z));
                (d * Vector256.Load(up + i) * s * (one + z * (one - s))).Store(dGate + i);
                (d * z * s).Store(dy + i);
            }

            for (; i < Dy.Columns; i++)
            {
                var s = 1 / (1 + Exponential.Of(-gate[i]));
                dGate[i] = dy[i] * up[i] * s * (1 + gate[i] * (1 - s));
                dy[i] *= gate[i] * s;
            }
        }
    }
}
