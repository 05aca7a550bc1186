"""An application with models of django-polymorphic: installed where that package is."""
