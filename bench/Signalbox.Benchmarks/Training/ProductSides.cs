using Signalbox.Inference.Training.Products;
using Signalbox.Inference.Transformer;

namespace Signalbox.Benchmarks.Training;

/// <summary>The matrices of a product, and both ways to multiply them; each way has an output of its own.</summary>
internal sealed unsafe class ProductSides : IDisposable
{
    private readonly ProductShape _shape;
    private readonly FloatProduct _product;
    private readonly OpenBlas _blas;
    private readonly List<NativeBuffer> _buffers = [];
    private readonly FloatMatrix _a;
    private readonly FloatMatrix _b;
    private readonly FloatMatrix _ours;
    private readonly FloatMatrix _theirs;

    public ProductSides(ProductShape shape, FloatProduct product, OpenBlas blas)
    {
        (_shape, _product, _blas) = (shape, product, blas);
        var (tokens, outputs, inputs) = (shape.Tokens, shape.Outputs, shape.Inputs);
        var ((aRows, aColumns), (bRows, bColumns), (rows, columns)) = shape.Form switch
        {
            ProductForm.Forward => ((tokens, inputs), (outputs, inputs), (tokens, outputs)),
            ProductForm.InputGradient => ((tokens, outputs), (outputs, inputs), (tokens, inputs)),
            _ => ((tokens, outputs), (tokens, inputs), (outputs, inputs)),
        };
        var random = new Random(1);
        _a = Create(aRows, aColumns, random);
        _b = Create(bRows, bColumns, random);
        _ours = Create(rows, columns, null);
        _theirs = Create(rows, columns, null);
    }

    private bool Adds => _shape.Form == ProductForm.WeightGradient;

    public void Ours()
    {
        switch (_shape.Form)
        {
            case ProductForm.Forward:
                _product.MultiplyByTransposed(_a, _b, _ours, Adds);
                break;
            case ProductForm.InputGradient:
                _product.Multiply(_a, _b, _ours, Adds);
                break;
            default:
                _product.MultiplyTransposed(_a, _b, _ours, Adds);
                break;
        }
    }

    public void Theirs() => _blas.Multiply(_shape.Form, _a, _b, _theirs, Adds);

    /// <summary>Of the two results after one product each, as a part of the largest value.</summary>
    public double Difference()
    {
        Ours();
        Theirs();
        var (difference, largest) = (0.0, 0.0);
        for (var i = 0; i < _ours.Rows * _ours.Columns; i++)
        {
            difference = Math.Max(difference, Math.Abs((double)_ours.Data[i] - _theirs.Data[i]));
            largest = Math.Max(largest, Math.Abs(_theirs.Data[i]));
        }

        return difference / largest;
    }

    public void Dispose() => _buffers.ForEach(static buffer => buffer.Dispose());

    /// <summary>Of random values, or of zeros without <paramref name="random"/>.</summary>
    private FloatMatrix Create(int rows, int columns, Random? random)
    {
        var buffer = NativeBuffer.OfFloats(rows, columns);
        _buffers.Add(buffer);
        for (var i = 0; i < rows * columns; i++)
        {
            buffer.Floats[i] = random is null ? 0 : random.NextSingle() - 0.5f;
        }

        return new FloatMatrix(buffer.Floats, rows, columns);
    }
}
