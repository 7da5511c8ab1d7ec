using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Inference.Training.Layers;

/// <summary>y = W x without a bias. What W is made of, and what of it learns, is the layer's own affair.</summary>
internal abstract class LinearLayer
{
    public abstract int Inputs { get; }

    public abstract int Outputs { get; }

    /// <summary>Overwrites y.</summary>
    /// <param name="x">[rows, Inputs].</param>
    /// <param name="y">[rows, Outputs].</param>
    public abstract void Forward(FloatMatrix x, FloatMatrix y);

    /// <summary>Adds to the gradients of what learns, and passes the gradient on.</summary>
    /// <param name="dy">[rows, Outputs]: the gradient of the output.</param>
    /// <param name="x">[rows, Inputs]: the input of the forward pass.</param>
    /// <param name="dx">[rows, Inputs]: the gradient of the input.</param>
    /// <param name="add">Whether dx is added to, not overwritten.</param>
    public abstract void Backward(FloatMatrix dy, FloatMatrix x, FloatMatrix dx, bool add);
}

/// <summary>A linear layer whose F32 weights learn.</summary>
/// <param name="weight">[Outputs, Inputs].</param>
/// <param name="compute">The products.</param>
internal sealed class TrainedLinear(Parameter weight, Compute compute) : LinearLayer
{
    public override int Inputs => weight.Columns;

    public override int Outputs => weight.Rows;

    public override void Forward(FloatMatrix x, FloatMatrix y) => compute.MultiplyByTransposed(x, weight.Values, y, add: false);

    public override void Backward(FloatMatrix dy, FloatMatrix x, FloatMatrix dx, bool add)
    {
        compute.MultiplyTransposed(dy, x, weight.Gradients, add: true);
        compute.Multiply(dy, weight.Values, dx, add);
    }
}
