export default defineAppConfig({
  ui: {
    colors: { primary: 'harbour', neutral: 'stone' },
    button: {
      slots: { base: 'cursor-pointer font-semibold rounded-[0.625rem]' },
      variants: {
        size: {
          md: { base: 'px-3.5 py-2 text-[0.9375rem]' },
          lg: { base: 'px-4 py-2.5 text-base' },
          xl: { base: 'px-4.5 py-2.5 text-base min-h-11' },
        },
      },
      // Their own shade under the mouse, 75 %, leaves too little contrast with what stands on them.
      compoundVariants: [
        {
          color: 'primary' as const,
          variant: 'solid' as const,
          class: 'hover:bg-primary/90 active:bg-primary/90',
        },
        {
          color: 'error' as const,
          variant: 'solid' as const,
          class: 'hover:bg-error/90 active:bg-error/90',
        },
      ],
      defaultVariants: { size: 'md' as const },
    },
  },
})
